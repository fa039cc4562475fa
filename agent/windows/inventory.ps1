<#
Reads what Windows says of itself and writes it as JSON into a file. Nothing is changed and nothing is asked for over the
network. Cmdlets, CIM and the registry only, so that it runs in constrained language mode too; what needs more (the search
of the update agent in its own cache) is left out there and named in `limited`.

.EXAMPLE
powershell.exe -NoProfile -NonInteractive -File inventory.ps1 -Out C:\ProgramData\Sallyport\Agent\work\report.json -Sections system,software
#>
param(
  [Parameter(Mandatory = $true)][string] $Out,
  [Parameter(Mandatory = $true)][string] $Sections
)

$ErrorActionPreference = 'Stop'
$limited = @()
$isFull = "$($ExecutionContext.SessionState.LanguageMode)" -eq 'FullLanguage'

function Get-Rows {
  param([string] $Class, [string[]] $Property, [string] $Namespace = 'root/cimv2', [string] $Filter = '')
  $arguments = @{ ClassName = $Class; Namespace = $Namespace; Property = $Property; OperationTimeoutSec = 120 }
  if ($Filter -ne '') { $arguments['Filter'] = $Filter }
  try {
    @(Get-CimInstance @arguments | Select-Object -Property $Property)
  } catch {
    # A property that this version of the class does not have fails the whole query: all of the row is read, the rest stays empty.
    $arguments.Remove('Property')
    @(Get-CimInstance @arguments | Select-Object -Property $Property)
  }
}

# A class or a name space that this edition of Windows does not have gives no rows.
function Get-RowsIfAny {
  param([string] $Class, [string[]] $Property, [string] $Namespace = 'root/cimv2', [string] $Filter = '')
  try { @(Get-Rows -Class $Class -Property $Property -Namespace $Namespace -Filter $Filter) } catch { @() }
}

function Get-Values {
  param([string] $Path, [string[]] $Property)
  if (-not (Test-Path -LiteralPath $Path)) { return $null }
  Get-ItemProperty -LiteralPath $Path -ErrorAction SilentlyContinue | Select-Object -Property $Property
}

$uninstall = @(
  'DisplayName', 'DisplayVersion', 'Publisher', 'InstallDate', 'EstimatedSize', 'UninstallString', 'SystemComponent',
  'ParentKeyName', 'ReleaseType', 'WindowsInstaller', 'PSChildName'
)

# One key with a broken value must not hide the others.
function Get-Uninstall {
  param([string] $Path, [string] $Scope)
  foreach ($key in @(Get-ChildItem -Path $Path -ErrorAction SilentlyContinue)) {
    try {
      Get-ItemProperty -LiteralPath $key.PSPath |
        Where-Object { $_.DisplayName } |
        Select-Object -Property ($uninstall + @{ Name = 'Scope'; Expression = { $Scope } })
    } catch { }
  }
}

$collect = @{
  system = {
    @{
      os = @(Get-Rows -Class 'Win32_OperatingSystem' -Property @(
          'Caption', 'Version', 'BuildNumber', 'OSArchitecture', 'WindowsDirectory', 'InstallDate', 'LastBootUpTime', 'ProductType'
        ))
      computer = @(Get-Rows -Class 'Win32_ComputerSystem' -Property @(
          'Name', 'DNSHostName', 'Domain', 'PartOfDomain', 'DomainRole', 'Manufacturer', 'Model', 'HypervisorPresent', 'SystemType'
        ))
      product = @(Get-Rows -Class 'Win32_ComputerSystemProduct' -Property @('UUID', 'IdentifyingNumber'))
      network = @(Get-Rows -Class 'Win32_NetworkAdapterConfiguration' -Filter 'IPEnabled=TRUE' -Property @(
          'IPAddress', 'MACAddress', 'DNSDomain', 'Description'
        ))
      version = Get-Values -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' -Property @(
        'UBR', 'DisplayVersion', 'ReleaseId', 'EditionID', 'InstallationType'
      )
      site = Get-Values -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\Netlogon\Parameters' -Property @('DynamicSiteName')
      updatePolicy = Get-Values -Path 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate' -Property @('WUServer')
      updateOptions = Get-Values -Path 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU' -Property @(
        'NoAutoUpdate', 'AUOptions'
      )
      updateService = @(Get-RowsIfAny -Class 'Win32_Service' -Filter "Name='wuauserv'" -Property @('State', 'StartMode'))
      restart = @{
        servicing = (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending')
        update = (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired')
        renames = @(
          (Get-Values -Path 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager' -Property @('PendingFileRenameOperations')).PendingFileRenameOperations |
            Where-Object { $_ }
        ).Count
      }
    }
  }

  software = {
    $base = 'Software\Microsoft\Windows\CurrentVersion\Uninstall'
    @{
      installed = @(
        Get-Uninstall -Path "HKLM:\$base" -Scope 'machine'
        Get-Uninstall -Path 'HKLM:\Software\Wow6432Node\Microsoft\Windows\CurrentVersion\Uninstall' -Scope 'machine32'
        foreach ($user in @(Get-ChildItem -Path 'Registry::HKEY_USERS' -ErrorAction SilentlyContinue)) {
          Get-Uninstall -Path "$($user.PSPath)\$base" -Scope 'user'
        }
      )
      appx = @(
        try {
          Get-AppxPackage -AllUsers | Select-Object -Property @(
            'Name', 'Version', 'Publisher', @{ Name = 'Architecture'; Expression = { "$($_.Architecture)" } },
            'IsFramework', 'NonRemovable'
          )
        } catch { }
      )
    }
  }

  update = {
    $missing = $null
    $history = $null
    if ($isFull) {
      # The update agent searches what it holds already: offline, so nothing is asked for over the network.
      $session = New-Object -ComObject 'Microsoft.Update.Session'
      $searcher = $session.CreateUpdateSearcher()
      $searcher.Online = $false
      $missing = @(
        foreach ($found in @($searcher.Search('IsInstalled=0 and IsHidden=0').Updates)) {
          @{
            title = $found.Title
            kb = @($found.KBArticleIDs)
            severity = $found.MsrcSeverity
            categories = @(foreach ($category in @($found.Categories)) { $category.Name })
            categoryIds = @(foreach ($category in @($found.Categories)) { $category.CategoryID })
            published = $found.LastDeploymentChangeTime
            restart = $found.InstallationBehavior.RebootBehavior
            id = $found.Identity.UpdateID
          }
        }
      )
      $count = $searcher.GetTotalHistoryCount()
      if ($count -gt 0) {
        $history = @(
          foreach ($entry in @($searcher.QueryHistory(0, $(if ($count -gt 500) { 500 } else { $count })))) {
            @{ title = $entry.Title; date = $entry.Date; result = $entry.ResultCode; hresult = $entry.HResult }
          }
        )
      }
    } else {
      $script:limited += 'update'
    }
    @{ missing = $missing; history = $history }
  }

  hotfix = {
    @{ installed = @(Get-Rows -Class 'Win32_QuickFixEngineering' -Property @('HotFixID', 'Description', 'InstalledOn')) }
  }

  hardware = {
    @{
      computer = @(Get-Rows -Class 'Win32_ComputerSystem' -Property @('Manufacturer', 'Model'))
      product = @(Get-Rows -Class 'Win32_ComputerSystemProduct' -Property @('IdentifyingNumber'))
      bios = @(Get-Rows -Class 'Win32_BIOS' -Property @('Manufacturer', 'SMBIOSBIOSVersion', 'SerialNumber', 'ReleaseDate'))
      board = @(Get-RowsIfAny -Class 'Win32_BaseBoard' -Property @('Manufacturer', 'Product', 'SerialNumber'))
      processor = @(Get-Rows -Class 'Win32_Processor' -Property @(
          'Name', 'Manufacturer', 'NumberOfCores', 'NumberOfLogicalProcessors', 'MaxClockSpeed', 'SocketDesignation'
        ))
      memory = @(Get-RowsIfAny -Class 'Win32_PhysicalMemory' -Property @(
          'Manufacturer', 'PartNumber', 'SerialNumber', 'Capacity', 'DeviceLocator', 'SMBIOSMemoryType', 'Speed'
        ))
      disk = @(Get-RowsIfAny -Class 'Win32_DiskDrive' -Property @(
          'Model', 'SerialNumber', 'Size', 'InterfaceType', 'MediaType', 'FirmwareRevision', 'DeviceID', 'PNPDeviceID'
        ))
      volume = @(Get-RowsIfAny -Class 'Win32_LogicalDisk' -Filter 'DriveType=3' -Property @('DeviceID', 'FileSystem', 'Size', 'VolumeName', 'VolumeSerialNumber'))
      display = @(Get-RowsIfAny -Class 'Win32_VideoController' -Property @('Name', 'AdapterCompatibility', 'AdapterRAM', 'PNPDeviceID'))
      network = @(Get-RowsIfAny -Class 'Win32_NetworkAdapter' -Filter 'PhysicalAdapter=TRUE' -Property @(
          'Name', 'Manufacturer', 'MACAddress', 'PNPDeviceID', 'NetConnectionID'
        ))
    }
  }

  accounts = {
    $group = @(Get-CimInstance -ClassName 'Win32_Group' -Filter "SID='S-1-5-32-544' and LocalAccount=TRUE") | Select-Object -First 1
    @{
      accounts = @(Get-Rows -Class 'Win32_UserAccount' -Filter 'LocalAccount=TRUE' -Property @(
          'Name', 'FullName', 'Domain', 'SID', 'Disabled', 'Lockout'
        ) | Select-Object -First 10000)
      administrators = @(
        if ($group) {
          Get-CimInstance -ClassName 'Win32_GroupUser' |
            Where-Object { $_.GroupComponent.Name -eq $group.Name -and $_.GroupComponent.Domain -eq $group.Domain } |
            Select-Object -Property @(
              @{ Name = 'Name'; Expression = { $_.PartComponent.Name } }, @{ Name = 'Domain'; Expression = { $_.PartComponent.Domain } }
            )
        }
      )
    }
  }

  sessions = {
    @{
      sessions = @(Get-Rows -Class 'Win32_LogonSession' -Property @('LogonId', 'LogonType', 'StartTime', 'AuthenticationPackage'))
      users = @(
        Get-CimInstance -ClassName 'Win32_LoggedOnUser' | Select-Object -Property @(
          @{ Name = 'LogonId'; Expression = { $_.Dependent.LogonId } },
          @{ Name = 'Name'; Expression = { $_.Antecedent.Name } },
          @{ Name = 'Domain'; Expression = { $_.Antecedent.Domain } }
        )
      )
    }
  }

  protection = {
    $center = 'root/SecurityCenter2'
    $told = @('displayName', 'productState', 'instanceGuid')
    @{
      antivirus = @(Get-RowsIfAny -Class 'AntiVirusProduct' -Namespace $center -Property $told)
      antispyware = @(Get-RowsIfAny -Class 'AntiSpywareProduct' -Namespace $center -Property $told)
      firewall = @(Get-RowsIfAny -Class 'FirewallProduct' -Namespace $center -Property $told)
      defender = @(Get-RowsIfAny -Class 'MSFT_MpComputerStatus' -Namespace 'root/Microsoft/Windows/Defender' -Property @(
          'AMProductVersion', 'AMServiceEnabled', 'AMRunningMode', 'AntivirusEnabled', 'RealTimeProtectionEnabled',
          'AntivirusSignatureVersion', 'AntivirusSignatureLastUpdated', 'QuickScanEndTime', 'FullScanEndTime',
          'BehaviorMonitorEnabled', 'IoavProtectionEnabled', 'NISEnabled', 'IsTamperProtected'
        ))
      detections = @(Get-RowsIfAny -Class 'MSFT_MpThreatDetection' -Namespace 'root/Microsoft/Windows/Defender' -Property @(
          'DetectionID', 'ThreatID', 'Resources', 'CleaningActionID', 'ThreatStatusID', 'InitialDetectionTime', 'DomainUser', 'ActionSuccess'
        ))
      threats = @(Get-RowsIfAny -Class 'MSFT_MpThreat' -Namespace 'root/Microsoft/Windows/Defender' -Property @('ThreatID', 'ThreatName'))
      profiles = @(
        try {
          Get-NetFirewallProfile -PolicyStore ActiveStore |
            Select-Object -Property @('Name', @{ Name = 'Enabled'; Expression = { "$($_.Enabled)" } })
        } catch { }
      )
    }
  }

  encryption = {
    $space = 'root/cimv2/Security/MicrosoftVolumeEncryption'
    $volumes = @(try { Get-CimInstance -Namespace $space -ClassName 'Win32_EncryptableVolume' } catch { })
    @{
      volumes = @(
        foreach ($volume in $volumes) {
          $state = Invoke-CimMethod -InputObject $volume -MethodName 'GetConversionStatus'
          $method = Invoke-CimMethod -InputObject $volume -MethodName 'GetEncryptionMethod'
          $lock = Invoke-CimMethod -InputObject $volume -MethodName 'GetLockStatus'
          # The kinds of the key protectors only; what they hold is never asked for.
          $keys = Invoke-CimMethod -InputObject $volume -MethodName 'GetKeyProtectors' -Arguments @{ KeyProtectorType = 0 }
          @{
            letter = $volume.DriveLetter
            id = $volume.DeviceID
            protection = $volume.ProtectionStatus
            conversion = $state.ConversionStatus
            percent = $state.EncryptionPercentage
            result = $state.ReturnValue
            method = $method.EncryptionMethod
            locked = $lock.LockStatus
            guards = @(
              foreach ($key in @($keys.VolumeKeyProtectorID | Where-Object { $_ })) {
                (Invoke-CimMethod -InputObject $volume -MethodName 'GetKeyProtectorType' -Arguments @{ VolumeKeyProtectorID = $key }).KeyProtectorType
              }
            )
          }
        }
      )
    }
  }

  'external-device' = {
    @{
      entities = @(Get-Rows -Class 'Win32_PnPEntity' -Filter "PNPDeviceID LIKE 'USB%' OR PNPDeviceID LIKE 'SD\\%' OR PNPDeviceID LIKE '1394\\%'" -Property @(
          'PNPDeviceID', 'Name', 'Manufacturer', 'PNPClass', 'Service', 'ConfigManagerErrorCode'
        ))
      disks = @(Get-Rows -Class 'Win32_DiskDrive' -Filter "InterfaceType='USB'" -Property @('PNPDeviceID', 'Size', 'Model'))
    }
  }
}

$found = @{}
$errors = @{}
foreach ($name in @($Sections -split ',')) {
  if (@($collect.Keys) -notcontains $name) { $errors[$name] = 'no such section'; continue }
  try { $found[$name] = & $collect[$name] } catch { $errors[$name] = "$_" }
}

@{ format = 'sallyport-windows/1'; sections = $found; errors = $errors; limited = @($limited) } |
  ConvertTo-Json -Depth 8 -Compress |
  Out-File -LiteralPath $Out -Encoding UTF8
