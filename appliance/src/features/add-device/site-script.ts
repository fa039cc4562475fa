import { AppError } from '../../platform/errors.ts';
import type { KitFile, KitInput } from './types.ts';

// The same for Windows: a script beside the agent's package, run by hand or as the startup script of a group policy. It works in
// the command interpreter alone, which no policy of scripts keeps from running.

/** What means nothing else to the command interpreter. */
const plain = /^[\w.:/[\]-]+$/;

/** Values for msiexec, and the token in a folder that is closed to all but SYSTEM and the administrators while it installs. */
export function siteScriptFor({ server, fingerprint, secret }: KitInput): KitFile {
  for (const value of [server, fingerprint ?? '', secret])
    if (!plain.test(value) && value !== '') throw new AppError('INVALID', `not for a script of Windows: ${server}`);
  const lines = [
    '@echo off',
    'rem Installs the Sallyport agent with the values of this site: as administrator, or as the startup script of a group policy.',
    'rem Beside it lies sallyport-agent_VERSION_x64.msi. It has the token in it: keep it from those who may not bring devices in.',
    'setlocal',
    'sc query SallyportAgent >nul 2>&1',
    'if not errorlevel 1 exit /b 0',
    'set MSI=',
    `for /f "delims=" %%f in ('dir /b /o:n "%~dp0sallyport-agent_*_x64.msi"') do set "MSI=%~dp0%%f"`,
    'if not defined MSI echo sallyport-agent_VERSION_x64.msi is not beside this script',
    'if not defined MSI exit /b 2',
    'set "CLOSED=%SystemRoot%\\Temp\\sallyport-%RANDOM%%RANDOM%"',
    'mkdir "%CLOSED%"',
    'if errorlevel 1 exit /b 3',
    'icacls "%CLOSED%" /inheritance:r /grant *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F >nul',
    `>"%CLOSED%\\secret" echo ${secret}`,
    `start "" /wait msiexec /i "%MSI%" /qn SERVER=${server} FINGERPRINT=${fingerprint ?? ''} TOKENFILE="%CLOSED%\\secret"`,
    'set CODE=%ERRORLEVEL%',
    'rmdir /s /q "%CLOSED%"',
    'if not "%CODE%"=="0" echo msiexec ended with %CODE%',
    'exit /b %CODE%',
  ];
  return { name: 'sallyport-agent-site.cmd', text: lines.map((line) => `${line}\r\n`).join(''), isSecret: true };
}
