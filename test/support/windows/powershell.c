/* Stands in for Windows PowerShell under Wine: copies report.json, which lies beside it, to where -Out says. */
#include <windows.h>
#include <string.h>
#include <stdio.h>

int main(int count, char **arguments) {
  char own[MAX_PATH];
  const char *out = NULL, *script = NULL;
  for (int at = 1; at + 1 < count; at += 1) {
    if (strcmp(arguments[at], "-Out") == 0) out = arguments[at + 1];
    if (strcmp(arguments[at], "-File") == 0) script = arguments[at + 1];
  }
  if (out == NULL || script == NULL || GetFileAttributesA(script) == INVALID_FILE_ATTRIBUTES) return 2;
  GetModuleFileNameA(NULL, own, MAX_PATH);
  strcpy(strrchr(own, '\\') + 1, "report.json");
  return CopyFileA(own, out, FALSE) ? 0 : 3;
}
