#include "core/plugin/manifest.h"

#include "core/base/str.h"

#include <moonroom/errors.h>
#include <moonroom/plugin.h>

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The object must have been made for this machine's word size and byte order. */
#if UINTPTR_MAX == UINT64_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Shdr elf_section;
enum { OUR_CLASS = ELFCLASS64 };
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Shdr elf_section;
enum { OUR_CLASS = ELFCLASS32 };
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { OUR_ORDER = ELFDATA2LSB };
#else
enum { OUR_ORDER = ELFDATA2MSB };
#endif

enum { MANIFEST_MAX = 256 };

static int refuse(char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return MR_EINVAL;
}

static bool copy_word(struct mr_span word, char *out, size_t size)
{
    if (word.len == 0 || word.len >= size)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] < 0x21 || word.at[i] > 0x7e)
            return false;
    memcpy(out, word.at, word.len);
    out[word.len] = '\0';
    return true;
}

static bool name_valid(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

int mr_plugin_manifest_parse(const char *text, size_t len, struct mr_plugin_manifest *out,
                             char *why, size_t why_size)
{
    while (len > 0 && text[len - 1] == '\0')
        len--;
    struct mr_span rest = {text, len};
    int64_t abi = 0;
    if (len > MANIFEST_MAX || !mr_span_is(mr_str_word(&rest), "moonroom-plugin"))
        return refuse(why, why_size, "its manifest is not one of moonroom's");
    struct mr_span number = mr_str_word(&rest);
    if (mr_str_to_i64(number.at, number.len, 0, UINT32_MAX, &abi) != MR_OK)
        return refuse(why, why_size, "its manifest names no plugin interface");
    out->abi = (uint32_t)abi;
    if (!copy_word(mr_str_word(&rest), out->name, sizeof out->name) || !name_valid(out->name))
        return refuse(why, why_size, "its manifest has no valid name");
    if (!copy_word(mr_str_word(&rest), out->version, sizeof out->version))
        return refuse(why, why_size, "its manifest has no version");
    return rest.len == 0 ? MR_OK : refuse(why, why_size, "its manifest says too much");
}

/* Whether [offset, offset + size) lies within len bytes. */
static bool inside(uint64_t offset, uint64_t size, size_t len)
{
    return offset <= len && size <= len - offset;
}

static bool header_valid(const elf_header *header)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == OUR_CLASS && header->e_ident[EI_DATA] == OUR_ORDER &&
           header->e_type == ET_DYN && header->e_shentsize == sizeof(elf_section);
}

/* Sections may lie at any offset, aligned or not: they are copied out. */
static elf_section section_at(const uint8_t *bytes, const elf_header *header, size_t index)
{
    elf_section section;
    memcpy(&section, bytes + header->e_shoff + index * sizeof section, sizeof section);
    return section;
}

static bool section_is(const uint8_t *names, size_t names_len, uint64_t at, const char *name)
{
    size_t len = strlen(name) + 1;
    return inside(at, len, names_len) && memcmp(names + at, name, len) == 0;
}

int mr_plugin_manifest_read(const uint8_t *bytes, size_t len, struct mr_plugin_manifest *out,
                            char *why, size_t why_size)
{
    elf_header header;
    if (len < sizeof header)
        return refuse(why, why_size, "it is not a shared object");
    memcpy(&header, bytes, sizeof header);
    if (!header_valid(&header))
        return refuse(why, why_size, "it is not a shared object for this machine");
    if (!inside(header.e_shoff, (uint64_t)header.e_shnum * sizeof(elf_section), len) ||
        header.e_shstrndx >= header.e_shnum)
        return refuse(why, why_size, "its section table is damaged");
    elf_section names = section_at(bytes, &header, header.e_shstrndx);
    if (!inside(names.sh_offset, names.sh_size, len))
        return refuse(why, why_size, "its section names are damaged");
    for (size_t i = 0; i < header.e_shnum; i++) {
        elf_section section = section_at(bytes, &header, i);
        if (!section_is(bytes + names.sh_offset, names.sh_size, section.sh_name, MR_PLUGIN_SECTION))
            continue;
        if (section.sh_type != SHT_PROGBITS || !inside(section.sh_offset, section.sh_size, len))
            return refuse(why, why_size, "its manifest is damaged");
        return mr_plugin_manifest_parse((const char *)bytes + section.sh_offset, section.sh_size,
                                        out, why, why_size);
    }
    return refuse(why, why_size, "it has no manifest of moonroom");
}
