#include "core/app/app.h"

int main(int argc, char **argv)
{
    return mr_app_main(argc, argv);
}
