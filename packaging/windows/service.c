/*
 * The service of Windows around sallyport-agent.exe, which lies beside this program: starts it, starts it again 30 s after it ended
 * by itself, and stops it by ending its standard input. Node is no service by itself.
 */
#include <windows.h>
#include <wchar.h>

#define AGAIN_MS 30000
/* Installers wait 30 s. */
#define STOP_MS 20000

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status;
static HANDLE stop_wanted;

static void tell(DWORD state, DWORD wait_ms) {
  status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
  status.dwCurrentState = state;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
  status.dwWaitHint = wait_ms;
  SetServiceStatus(handle, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context) {
  (void)type;
  (void)data;
  (void)context;
  if (control == SERVICE_CONTROL_INTERROGATE) return NO_ERROR;
  if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_SHUTDOWN) return ERROR_CALL_NOT_IMPLEMENTED;
  tell(SERVICE_STOP_PENDING, STOP_MS + 5000);
  SetEvent(stop_wanted);
  return NO_ERROR;
}

/* The agent's program, quoted, with what it is to do. */
static int command_line(wchar_t *line, size_t length) {
  wchar_t own[MAX_PATH];
  wchar_t *name;
  DWORD got = GetModuleFileNameW(NULL, own, MAX_PATH);
  if (got == 0 || got == MAX_PATH || (name = wcsrchr(own, L'\\')) == NULL) return 0;
  *name = 0;
  return _snwprintf(line, length, L"\"%ls\\sallyport-agent.exe\" run --until-input-ends", own) > 0;
}

/* Starts the agent; `input` is the end that holds its standard input open. */
static HANDLE start(HANDLE *input) {
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  STARTUPINFOW with = {.cb = sizeof with, .dwFlags = STARTF_USESTDHANDLES};
  PROCESS_INFORMATION started;
  wchar_t line[MAX_PATH + 64];
  HANDLE read_end, nothing;
  BOOL ok;
  if (!command_line(line, MAX_PATH + 64) || !CreatePipe(&read_end, input, &inherited, 0)) return NULL;
  SetHandleInformation(*input, HANDLE_FLAG_INHERIT, 0);
  nothing = CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
  with.hStdInput = read_end;
  with.hStdOutput = nothing;
  with.hStdError = nothing;
  ok = CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &with, &started);
  CloseHandle(read_end);
  CloseHandle(nothing);
  if (!ok) {
    CloseHandle(*input);
    return NULL;
  }
  CloseHandle(started.hThread);
  return started.hProcess;
}

static void WINAPI service_main(DWORD count, wchar_t **arguments) {
  (void)count;
  (void)arguments;
  handle = RegisterServiceCtrlHandlerExW(L"SallyportAgent", on_control, NULL);
  if (handle == NULL) return;
  stop_wanted = CreateEventW(NULL, TRUE, FALSE, NULL);
  tell(SERVICE_RUNNING, 0);
  do {
    HANDLE input;
    HANDLE agent = start(&input);
    HANDLE either[2] = {stop_wanted, agent};
    if (agent == NULL) continue;
    WaitForMultipleObjects(2, either, FALSE, INFINITE);
    CloseHandle(input);
    /* A turn that takes longer is ended here: what the agent writes is whole at any time. */
    if (WaitForSingleObject(agent, STOP_MS) != WAIT_OBJECT_0) TerminateProcess(agent, 1);
    CloseHandle(agent);
  } while (WaitForSingleObject(stop_wanted, AGAIN_MS) != WAIT_OBJECT_0);
  tell(SERVICE_STOPPED, 0);
}

int main(void) {
  SERVICE_TABLE_ENTRYW table[] = {{L"SallyportAgent", service_main}, {NULL, NULL}};
  return StartServiceCtrlDispatcherW(table) ? 0 : 1;
}
