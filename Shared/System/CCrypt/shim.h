#ifndef CLOWDER_CCRYPT_SHIM_H
#define CLOWDER_CCRYPT_SHIM_H
#include <crypt.h>
#endif
