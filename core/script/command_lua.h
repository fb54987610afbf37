/* The command /lua. */
#ifndef MR_SCRIPT_COMMAND_LUA_H
#define MR_SCRIPT_COMMAND_LUA_H

#include "core/script/scripts.h"

struct mr_lua_input;

int mr_lua_command_add(struct mr_scripts *scripts);
void mr_lua_input_free(struct mr_lua_input *input);

#endif
