/* The names of the core's events.
 *
 * An event is something that happened. Everyone who listens is told, in order of (priority,
 * sequence of registration), and nobody answers. Its value is a JSON object whose keys events.def
 * lists; the string values are UTF-8 as they came from the network: whoever shows them makes them
 * safe first.
 */
#ifndef MOONROOM_EVENTS_H
#define MOONROOM_EVENTS_H

enum mr_event {
#define MR_EVENT(id, name, permission, fields, help) MR_EVENT_##id,
#include <moonroom/events.def>
#undef MR_EVENT
    MR_EVENT_COUNT
};

#endif
