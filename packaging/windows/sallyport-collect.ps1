<#
Writes the inventory of a computer without a network into a file that "sallyport inventory import" reads. For Windows 7, 8.1, Server
2008 R2, 2012 R2 and every Windows of 32 bits, on which the agent does not run: it needs no more than PowerShell 2.0. Nothing is
changed, nothing is installed, nothing is asked for over the network.

.EXAMPLE
powershell.exe -NoProfile -ExecutionPolicy Bypass -File sallyport-collect.ps1 -Out E:\
#>
param([string] $Out = '.')

$ErrorActionPreference = 'Stop'
$now = Get-Date

# A class that this Windows does not have gives no rows; what failed is named at the end.
$failed = @()
function Get-Rows {
  param([string] $Class, [string] $Filter = '')
  try {
    if ($Filter -eq '') { @(Get-WmiObject -Class $Class) } else { @(Get-WmiObject -Class $Class -Filter $Filter) }
  } catch { $script:failed += $Class; @() }
}

function Get-First { param([string] $Class, [string] $Filter = '') Get-Rows -Class $Class -Filter $Filter | Select-Object -First 1 }

# Dates of WMI are 20260501080000.000000+300.
function Get-Time {
  param([string] $Value)
  if ($Value -notmatch '^\d{14}') { return '' }
  [System.Management.ManagementDateTimeConverter]::ToDateTime($Value).ToString('yyyy-MM-dd HH:mm:ss', [Globalization.CultureInfo]::InvariantCulture)
}

$settings = New-Object System.Xml.XmlWriterSettings
$settings.Indent = $true
$settings.Encoding = New-Object System.Text.UTF8Encoding($false)
$settings.CheckCharacters = $false
$name = "$($env:COMPUTERNAME)" -replace '[^A-Za-z0-9_-]', '_'
$path = Join-Path (Resolve-Path $Out).ProviderPath "$name.xml"
$xml = [System.Xml.XmlWriter]::Create($path, $settings)

# One element with values in it; empty ones are left out, control characters have no place in XML.
function Write-Row {
  param([string] $Element, $Values)
  $xml.WriteStartElement($Element)
  foreach ($value in $Values) {
    $text = ("$($value[1])" -replace '[\x00-\x1f]', ' ').Trim()
    if ($text -ne '') { $xml.WriteElementString($value[0], $text) }
  }
  $xml.WriteEndElement()
}

$os = Get-First 'Win32_OperatingSystem'
$computer = Get-First 'Win32_ComputerSystem'
$product = Get-First 'Win32_ComputerSystemProduct'
$bios = Get-First 'Win32_BIOS'
$board = Get-First 'Win32_BaseBoard'
$offset = [int][TimeZone]::CurrentTimeZone.GetUtcOffset($now).TotalMinutes
$sign = '+'
if ($offset -lt 0) { $sign = '-' }
$zone = $sign + [Math]::Floor([Math]::Abs($offset) / 60).ToString('00') + ([Math]::Abs($offset) % 60).ToString('00')

$xml.WriteStartDocument()
$xml.WriteStartElement('REQUEST')
$xml.WriteStartElement('CONTENT')
Write-Row 'ACCESSLOG' @(, @('LOGDATE', $now.ToString('yyyy-MM-dd HH:mm:ss', [Globalization.CultureInfo]::InvariantCulture)))
Write-Row 'HARDWARE' @(
  @('NAME', $env:COMPUTERNAME), @('UUID', $product.UUID), @('WORKGROUP', $computer.Domain), @('OSNAME', $os.Caption), @('OSVERSION', $os.Version)
)
$xml.WriteStartElement('OPERATINGSYSTEM')
foreach ($value in @(
    @('NAME', 'Windows'), @('FULL_NAME', $os.Caption), @('VERSION', $os.Version), @('SERVICE_PACK', $os.CSDVersion), @('KERNEL_NAME', 'MSWin32'),
    @('KERNEL_VERSION', $os.Version), @('ARCH', $os.OSArchitecture), @('INSTALL_DATE', (Get-Time $os.InstallDate)),
    @('BOOT_TIME', (Get-Time $os.LastBootUpTime))
  )) { if ("$($value[1])" -ne '') { $xml.WriteElementString($value[0], "$($value[1])".Trim()) } }
Write-Row 'TIMEZONE' @(, @('OFFSET', $zone))
$xml.WriteEndElement()
Write-Row 'BIOS' @(
  @('SMANUFACTURER', $computer.Manufacturer), @('SMODEL', $computer.Model), @('SSN', $product.IdentifyingNumber),
  @('BMANUFACTURER', $bios.Manufacturer), @('BVERSION', $bios.SMBIOSBIOSVersion), @('MMANUFACTURER', $board.Manufacturer),
  @('MMODEL', $board.Product), @('MSN', $board.SerialNumber)
)
foreach ($one in Get-Rows 'Win32_Processor') {
  Write-Row 'CPUS' @(
    @('NAME', $one.Name), @('MANUFACTURER', $one.Manufacturer), @('CORE', $one.NumberOfCores), @('THREAD', $one.NumberOfLogicalProcessors),
    @('SPEED', $one.MaxClockSpeed)
  )
}
foreach ($one in Get-Rows 'Win32_PhysicalMemory') {
  Write-Row 'MEMORIES' @(
    @('CAPACITY', [Math]::Floor([double]$one.Capacity / 1MB)), @('MANUFACTURER', $one.Manufacturer), @('MODEL', $one.PartNumber),
    @('SERIALNUMBER', $one.SerialNumber), @('NUMSLOTS', $one.DeviceLocator), @('SPEED', $one.Speed)
  )
}
foreach ($one in Get-Rows 'Win32_DiskDrive') {
  Write-Row 'STORAGES' @(
    @('NAME', $one.Model), @('MODEL', $one.Model), @('SERIAL', $one.SerialNumber), @('FIRMWARE', $one.FirmwareRevision),
    @('INTERFACE', $one.InterfaceType), @('DISKSIZE', [Math]::Floor([double]$one.Size / 1000000))
  )
}
foreach ($one in Get-Rows 'Win32_NetworkAdapterConfiguration' 'IPEnabled=TRUE') {
  foreach ($address in @($one.IPAddress)) {
    $element = 'IPADDRESS'
    if ("$address" -match ':') { $element = 'IPADDRESS6' }
    Write-Row 'NETWORKS' @(
      @('DESCRIPTION', $one.Description), @('MACADDR', $one.MACAddress), @($element, $address), @('STATUS', 'Up'), @('TYPE', 'ethernet')
    )
  }
}

# Programs of both registries, those of accounts that are logged in, and installed updates.
$uninstall = 'Microsoft\Windows\CurrentVersion\Uninstall'
$roots = @("HKLM:\SOFTWARE\$uninstall", "HKLM:\SOFTWARE\Wow6432Node\$uninstall")
foreach ($user in @(Get-ChildItem 'Registry::HKEY_USERS' -ErrorAction SilentlyContinue)) { $roots += "$($user.PSPath)\Software\$uninstall" }
foreach ($root in $roots) {
  foreach ($key in @(Get-ChildItem -Path $root -ErrorAction SilentlyContinue)) {
    $program = Get-ItemProperty -Path $key.PSPath -ErrorAction SilentlyContinue
    if (-not $program -or -not $program.DisplayName -or $program.SystemComponent -eq 1) { continue }
    $installed = ''
    if ("$($program.InstallDate)" -match '^(\d{4})(\d{2})(\d{2})$') { $installed = "$($matches[1])-$($matches[2])-$($matches[3]) 00:00:00" }
    Write-Row 'SOFTWARES' @(
      @('NAME', $program.DisplayName), @('VERSION', $program.DisplayVersion), @('PUBLISHER', $program.Publisher),
      @('INSTALL_DATE', $installed), @('UNINSTALL_STRING', $program.UninstallString), @('FROM', 'registry')
    )
  }
}
foreach ($one in Get-Rows 'Win32_QuickFixEngineering') {
  # Some updates of Windows 7 have a number in place of their name.
  if ("$($one.HotFixID)" -notmatch '^KB\d{6,8}$') { continue }
  Write-Row 'SOFTWARES' @(@('NAME', $one.HotFixID), @('COMMENTS', $one.Description), @('RELEASE_TYPE', $one.Description), @('FROM', 'WMI'))
}
foreach ($one in Get-Rows 'Win32_UserAccount' 'LocalAccount=TRUE') {
  Write-Row 'LOCAL_USERS' @(@('NAME', $one.Name), @('ID', $one.SID))
}
$xml.WriteElementString('VERSIONCLIENT', 'Sallyport-collect_v@VERSION@')
$xml.WriteEndElement()
$xml.WriteElementString('DEVICEID', "$name-" + $now.ToString('yyyy-MM-dd-HH-mm-ss', [Globalization.CultureInfo]::InvariantCulture))
$xml.WriteElementString('QUERY', 'INVENTORY')
$xml.WriteEndElement()
$xml.WriteEndDocument()
$xml.Close()
Write-Output "$path is written."
if ($failed.Count -gt 0) { Write-Output "Windows did not tell: $($failed -join ', ')" }
