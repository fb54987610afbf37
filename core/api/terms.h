/* The Terms and Conditions that a new user accepts before an account is made. */
#ifndef MR_API_TERMS_H
#define MR_API_TERMS_H

/* Static UTF-8 text of several lines, at most 78 columns wide. */
const char *mr_terms_text(void);

#endif
