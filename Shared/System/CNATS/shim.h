#ifndef CLOWDER_CNATS_SHIM_H
#define CLOWDER_CNATS_SHIM_H
#include <nats/nats.h>
#endif
