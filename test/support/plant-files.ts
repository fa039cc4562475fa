import { storedZip } from './stored-zip.ts';

// Files about a plant of controllers, invented: what engineering tools, tables and nameplates say of them. The same number
// gives the same plant, so files of several forms are about the same controllers.

type PlantModule = {
  slot: number;
  name: string;
  orderNumber: string;
  model: string;
  firmware: string;
  tuple: string;
};

export type PlantController = {
  index: number;
  maker: 'Siemens AG' | 'Rockwell Automation' | 'Schneider Electric';
  name: string;
  assetTag: string;
  line: string;
  orderNumber: string;
  model: string;
  firmware: string;
  serial: string;
  tuple: string;
  address: string;
  mac: string;
  modules: readonly PlantModule[];
};

const siemens = [
  { orderNumber: '6ES7 516-3AN02-0AB0', model: 'CPU 1516-3 PN/DP', firmware: 'V2.9' },
  { orderNumber: '6ES7 515-2AM02-0AB0', model: 'CPU 1515-2 PN', firmware: 'V2.8' },
  { orderNumber: '6ES7 315-2EH14-0AB0', model: 'CPU 315-2 PN/DP', firmware: 'V3.2' },
] as const;
const siemensModules = [
  { orderNumber: '6GK7 543-1AX00-0XE0', model: 'CP 1543-1', firmware: 'V2.2' },
  { orderNumber: '6ES7 521-1BH00-0AB0', model: 'DI 16x24VDC HF', firmware: 'V2.1' },
  { orderNumber: '6ES7 522-1BH01-0AB0', model: 'DQ 16x24VDC/0.5A HF', firmware: 'V1.0' },
] as const;
const rockwell = [
  { orderNumber: '1756-L83E', model: '1756-L83E', firmware: '33.011', tuple: '1/14/166' },
  { orderNumber: '1756-L61', model: '1756-L61', firmware: '20.011', tuple: '1/14/54' },
] as const;
const rockwellModules = [
  { orderNumber: '1756-EN2T', model: '1756-EN2T/D', firmware: '10.007', tuple: '1/12/166' },
  { orderNumber: '1756-IB16', model: '1756-IB16', firmware: '2.005', tuple: '1/7/11' },
] as const;
const schneider = [
  { orderNumber: 'BMXP342020', model: 'BMX P34 2020', firmware: 'v2.7' },
  { orderNumber: 'TM221CE16R', model: 'TM221CE16R', firmware: 'v1.6.2.0' },
] as const;

const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');

const modulesOf = (index: number, maker: PlantController['maker']): PlantModule[] => {
  const list = maker === 'Siemens AG' ? siemensModules : maker === 'Rockwell Automation' ? rockwellModules : [];
  return list.slice(0, 1 + (index % 3)).map((one, at) => ({
    tuple: '',
    ...one,
    slot: at + 2,
    name: `${one.model.split(/[ /]/)[0] ?? 'M'}_${at + 2}`,
  }));
};

/** So many controllers of three makers; `from` continues a plant. */
export const plantControllers = (count: number, from = 0): PlantController[] =>
  Array.from({ length: count }, (_, at): PlantController => {
    const index = from + at;
    const maker = (['Siemens AG', 'Rockwell Automation', 'Schneider Electric'] as const)[index % 3] ?? 'Siemens AG';
    const turn = Math.floor(index / 3);
    const type =
      maker === 'Siemens AG'
        ? { tuple: '', ...(siemens[turn % siemens.length] ?? siemens[0]) }
        : maker === 'Rockwell Automation'
          ? (rockwell[turn % rockwell.length] ?? rockwell[0])
          : { tuple: '', ...(schneider[turn % schneider.length] ?? schneider[0]) };
    const number = String(index + 1).padStart(3, '0');
    return {
      index,
      maker,
      name: `PLC-${number}`,
      assetTag: `A-${number}`,
      line: `Line ${1 + (index % 8)}`,
      ...type,
      serial: maker === 'Rockwell Automation' ? `0x60${hex(index, 6)}` : `S C-PL${String(10_000_000 + index)}`,
      address: `10.20.${Math.floor(index / 200)}.${1 + (index % 200)}`,
      mac: `00:1b:1b:${hex(index >> 16, 2)}:${hex((index >> 8) & 0xff, 2)}:${hex(index & 0xff, 2)}`,
      modules: modulesOf(index, maker),
    };
  });

export const siemensOf = (plant: readonly PlantController[]): PlantController[] =>
  plant.filter(({ maker }) => maker === 'Siemens AG');
export const rockwellOf = (plant: readonly PlantController[]): PlantController[] =>
  plant.filter(({ maker }) => maker === 'Rockwell Automation');

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const attribute = (name: string, value: string): string =>
  `<Attribute Name="${name}" AttributeDataType="xs:string"><Value>${xml(value)}</Value></Attribute>`;
const role = (name: string): string =>
  `<SupportedRoleClass RefRoleClassPath="AutomationProjectConfigurationRoleClassLib/${name}" />`;

let ids = 0;
const element = (name: string, inner: string): string => {
  ids += 1;
  return `<InternalElement ID="e${ids}" Name="${xml(name)}">${inner}</InternalElement>`;
};

const amlDevice = (controller: PlantController): string =>
  element(
    `Station ${controller.name}`,
    attribute('TypeIdentifier', 'System:Device.S71500') +
      element(
        'Rail_0',
        attribute('TypeIdentifier', 'OrderNumber:6ES7 590-1AB60-0AA0') +
          attribute('PositionNumber', '0') +
          element(
            controller.name,
            attribute('TypeName', controller.model) +
              attribute('DeviceItemType', 'CPU') +
              attribute('PositionNumber', '1') +
              attribute('BuiltIn', 'false') +
              attribute('TypeIdentifier', `OrderNumber:${controller.orderNumber}/${controller.firmware}`) +
              element(
                'PROFINET interface_1',
                attribute('Label', 'X1') +
                  attribute('BuiltIn', 'true') +
                  element(
                    'IE1',
                    attribute('NetworkAddress', controller.address) +
                      attribute('SubnetMask', '255.255.255.0') +
                      attribute('ProfinetDeviceName', controller.name.toLowerCase()) +
                      role('Node'),
                  ) +
                  role('CommunicationInterface'),
              ) +
              role('DeviceItem'),
          ) +
          controller.modules
            .map((one) =>
              element(
                one.name,
                attribute('TypeName', one.model) +
                  attribute('PositionNumber', String(one.slot)) +
                  attribute('BuiltIn', 'false') +
                  attribute('TypeIdentifier', `OrderNumber:${one.orderNumber}/${one.firmware}`) +
                  role('DeviceItem'),
              ),
            )
            .join('') +
          role('DeviceItem'),
      ) +
      role('Device'),
  );

/** A CAx export of one project with all these controllers. */
export const amlFile = (plant: readonly PlantController[], version: '2.15' | '3.0' = '2.15'): string => {
  ids = 0;
  const space = version === '3.0' ? ' xmlns="http://www.dke.de/CAEX"' : '';
  return `<?xml version="1.0" encoding="utf-8"?>
<CAEXFile FileName="plant.aml" SchemaVersion="${version}"${space}>
<AdditionalInformation><WriterHeader><WriterName>Totally Integrated Automation Portal</WriterName>
<WriterVersion>1700</WriterVersion><WriterProjectTitle>Plant</WriterProjectTitle>
<LastWritingDateTime>2024-08-27T06:21:06Z</LastWritingDateTime></WriterHeader></AdditionalInformation>
<InstanceHierarchy Name="Plant">${element('Plant', plant.map(amlDevice).join('\n') + role('AutomationProject'))}</InstanceHierarchy>
</CAEXFile>`;
};

const l5xModule = (
  name: string,
  type: { orderNumber: string; firmware: string; tuple: string },
  ports: string,
): string => {
  const [vendor, product, code] = type.tuple.split('/');
  const [major, minor] = type.firmware.split('.');
  return `<Module Name="${name}" CatalogNumber="${xml(type.orderNumber)}" Vendor="${vendor}" ProductType="${product}" ProductCode="${code}" Major="${Number(major)}" Minor="${Number(minor)}" ParentModule="Local" ParentModPortId="1" Inhibited="false" MajorFault="false"
>
<EKey State="CompatibleModule"/><Ports>${ports}</Ports></Module>`;
};

/** A whole-controller export. */
export const l5xFile = (controller: PlantController): string => {
  const [major, minor] = controller.firmware.split('.');
  const serial = controller.serial.slice(2);
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<RSLogix5000Content SchemaRevision="1.0" SoftwareRevision="${major}.00" TargetName="${controller.name}" TargetType="Controller" ContainsContext="false" Owner="Engineering" ExportDate="Mon Jul 20 02:35:01 2020" ExportOptions="DecoratedData ForceProtectedEncoding AllProjDocTrans">
<Controller Use="Target" Name="${controller.name}" ProcessorType="${controller.orderNumber}" MajorRev="${major}" MinorRev="${minor}" TimeSlice="20" ShareUnusedTimeSlice="1" ProjectCreationDate="Sat Jul 18 23:53:16 2020" LastModifiedDate="Sun Jul 19 23:53:18 2020"
 ProjectSN="16#${serial.slice(0, 4)}_${serial.slice(4)}" MatchProjectToController="true">
<Description><![CDATA[${controller.line} <main>]]></Description>
<RedundancyInfo Enabled="false"/><Security Code="0"/><SafetyInfo/>
<DataTypes/>
<Modules>
${l5xModule('Local', controller, `<Port Id="1" Address="0" Type="ICP" Upstream="false"><Bus Size="10"/></Port><Port Id="2" Address="${controller.address}" Type="Ethernet" Upstream="false"><Bus/></Port>`)}
${controller.modules.map((one) => l5xModule(one.name, one, `<Port Id="1" Address="${one.slot}" Type="ICP" Upstream="true"/>`)).join('\n')}
</Modules>
<AddOnInstructionDefinitions/><Tags/><Programs><Program Name="MainProgram"><Tags/></Program></Programs>
</Controller>
</RSLogix5000Content>`;
};

const csvHeadings = {
  en: [
    'Asset tag',
    'Name',
    'Vendor',
    'Model',
    'Order number',
    'Firmware',
    'Serial number',
    'IP address',
    'MAC',
    'Line',
  ],
  ru: [
    'Инв. номер',
    'Наименование',
    'Производитель',
    'Модель',
    'Номер заказа',
    'Прошивка',
    'Серийный номер',
    'IP-адрес',
    'MAC-адрес',
    'Линия',
  ],
  kk: [
    'Түгендеу нөмірі',
    'Атауы',
    'Өндіруші',
    'Үлгі',
    'Тапсырыс нөмірі',
    'Микробағдарлама',
    'Сериялық нөмір',
    'IP мекенжайы',
    'MAC мекенжайы',
    'Желі',
  ],
} as const;
const placeHeadings = { en: ['Parent', 'Slot'], ru: ['Входит в', 'Слот'], kk: ['Құрамында', 'Слот'] } as const;

const cell = (text: string, delimiter: string): string =>
  /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;

/** A table of all controllers; with modules, one row for each of them, too. */
export const csvTable = (
  plant: readonly PlantController[],
  options: { delimiter?: ',' | ';' | '\t'; language?: keyof typeof csvHeadings; modules?: boolean } = {},
): string => {
  const { delimiter = ',', language = 'en', modules = false } = options;
  const rows = plant.flatMap((controller) => [
    [
      controller.assetTag,
      controller.name,
      controller.maker,
      controller.model,
      controller.orderNumber,
      controller.firmware,
      controller.serial,
      controller.address,
      controller.mac,
      controller.line,
      ...(modules ? ['', ''] : []),
    ],
    ...(modules
      ? controller.modules.map((one) => [
          '',
          one.name,
          controller.maker,
          one.model,
          one.orderNumber,
          one.firmware,
          '',
          '',
          '',
          '',
          controller.assetTag,
          String(one.slot),
        ])
      : []),
  ]);
  const head = [...csvHeadings[language], ...(modules ? placeHeadings[language] : [])];
  return [head, ...rows].map((row) => `${row.map((one) => cell(one, delimiter)).join(delimiter)}\r\n`).join('');
};

/** Bytes of a table in one of the encodings that are read. */
export const csvBytes = (text: string, encoding: 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'windows-1251'): Buffer => {
  if (encoding === 'utf-16le') return Buffer.from(`\ufeff${text}`, 'utf16le');
  if (encoding !== 'windows-1251') return Buffer.from(encoding === 'utf-8-bom' ? `\ufeff${text}` : text);
  const table = new Map(
    Array.from(
      new TextDecoder('windows-1251').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
      (sign, byte) => [sign, byte],
    ),
  );
  return Buffer.from(Array.from(text, (sign) => table.get(sign) ?? 0x3f));
};

/** An environment with one shell and one nameplate per controller. */
export const aasFile = (plant: readonly PlantController[]): string => {
  const property = (idShort: string, value: string) => ({
    modelType: 'Property',
    idShort,
    valueType: 'xs:string',
    value,
  });
  const languages = (idShort: string, text: string) => ({
    modelType: 'MultiLanguageProperty',
    idShort,
    value: [
      { language: 'de', text: `${text} (de)` },
      { language: 'en', text },
    ],
  });
  return JSON.stringify({
    assetAdministrationShells: plant.map(({ name, index }) => ({
      modelType: 'AssetAdministrationShell',
      id: `urn:plant:aas:${index}`,
      idShort: name,
      assetInformation: { assetKind: 'Instance', globalAssetId: `urn:plant:asset:${index}` },
      submodels: [{ type: 'ModelReference', keys: [{ type: 'Submodel', value: `urn:plant:nameplate:${index}` }] }],
    })),
    submodels: plant.map((controller) => ({
      modelType: 'Submodel',
      id: `urn:plant:nameplate:${controller.index}`,
      idShort: 'Nameplate',
      semanticId: {
        type: 'ExternalReference',
        keys: [{ type: 'GlobalReference', value: 'https://admin-shell.io/zvei/nameplate/2/0/Nameplate' }],
      },
      submodelElements: [
        languages('ManufacturerName', controller.maker),
        languages('ManufacturerProductDesignation', controller.model),
        property('OrderCodeOfManufacturer', controller.orderNumber),
        property('SerialNumber', controller.serial),
        property('FirmwareVersion', controller.firmware),
        property('HardwareVersion', '3'),
        property('YearOfConstruction', '2021'),
      ],
    })),
  });
};

/** The same as a package. */
export const aasxFile = (plant: readonly PlantController[]): Buffer =>
  storedZip(
    [
      ['[Content_Types].xml', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'],
      ['_rels/.rels', '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'],
      ['aasx/aasx-origin', 'Intentionally empty.'],
      ['aasx/plant/environment.json', aasFile(plant)],
    ],
    { deflate: true },
  );
