#ifndef CLOWDER_CHIREDIS_SHIM_H
#define CLOWDER_CHIREDIS_SHIM_H
#include <hiredis/hiredis.h>
#endif
