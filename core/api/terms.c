#include "core/api/terms.h"

const char *mr_terms_text(void)
{
    return "Terms and Conditions\n"
           "\n"
           " 1. Be kind. No threats, no hate, no harassment, nothing unlawful.\n"
           " 2. Do not flood the room, and do not post advertisements.\n"
           " 3. One account for each person, unless the keeper of the room allows more.\n"
           "    An account is yours alone: do not share it, do not use somebody else's.\n"
           " 4. Choose a password of at least 8 characters that you use nowhere else.\n"
           "    On the old protocol the login is not safe from whoever listens.\n"
           " 5. What you write in the lobby is read by everybody; a whisper is read by\n"
           "    its receiver and can be read by the keeper of the room.\n"
           " 6. Coins and cookies are play money. They have no value and may be lost.\n"
           "    Mine as much as you like, but send only solutions that you verified.\n"
           " 7. Scripts and bots act for you: you answer for what yours do.\n"
           " 8. Admins may throw out who breaks these rules. The keeper may delete an\n"
           "    account, and may close the room.\n"
           " 9. There is no warranty for anything here.\n";
}
