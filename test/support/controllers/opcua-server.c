/* A server of open62541 with a build of its own; argv: port. */
#include <open62541/server.h>
#include <open62541/server_config_default.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  UA_Server *server = UA_Server_new();
  UA_ServerConfig *config = UA_Server_getConfig(server);
  UA_ServerConfig_setMinimal(config, (UA_UInt16)atoi(argc > 1 ? argv[1] : "4840"), NULL);
  UA_String_clear(&config->buildInfo.manufacturerName);
  config->buildInfo.manufacturerName = UA_STRING_ALLOC("Acme Automation");
  UA_String_clear(&config->buildInfo.productName);
  config->buildInfo.productName = UA_STRING_ALLOC("Acme Controller 7");
  UA_String_clear(&config->buildInfo.softwareVersion);
  config->buildInfo.softwareVersion = UA_STRING_ALLOC("V3.1.2");
  UA_String_clear(&config->buildInfo.buildNumber);
  config->buildInfo.buildNumber = UA_STRING_ALLOC("4711");
  if(UA_Server_run_startup(server) != UA_STATUSCODE_GOOD) return 1;
  for(;;) UA_Server_run_iterate(server, true);
}
