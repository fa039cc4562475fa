import { type Planned, plannedIn } from './plant.ts';

// A CAx export (CAEX 2.15) of the line's project, as the format's documents lay it out. Its writer is this script, and says so.

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const attribute = (name: string, value: string): string =>
  `<Attribute Name="${name}" AttributeDataType="xs:string"><Value>${xml(value)}</Value></Attribute>`;
const role = (name: string): string =>
  `<SupportedRoleClass RefRoleClassPath="AutomationProjectConfigurationRoleClassLib/${name}" />`;
const element = (id: string, name: string, ...inner: string[]): string =>
  `<InternalElement ID="${id}" Name="${xml(name)}">${inner.join('')}</InternalElement>`;

const node = (one: Planned, id: string): string =>
  element(
    `${id}-node`,
    'IE1',
    attribute('NetworkAddress', one.address),
    attribute('SubnetMask', '255.255.255.0'),
    attribute('ProfinetDeviceName', one.name.toLowerCase()),
    role('Node'),
  );

const station = (one: Planned, index: number): string => {
  const id = `station-${index}`;
  const port = element(
    `${id}-port`,
    'PROFINET interface_1',
    attribute('Label', 'X1'),
    attribute('BuiltIn', 'true'),
    node(one, id),
    role('CommunicationInterface'),
  );
  const cpu = element(
    `${id}-cpu`,
    one.name,
    attribute('TypeName', one.family.model),
    attribute('DeviceItemType', 'CPU'),
    attribute('PositionNumber', '1'),
    attribute('BuiltIn', 'false'),
    attribute('TypeIdentifier', `OrderNumber:${one.family.order}/${one.family.planned}`),
    port,
    role('DeviceItem'),
  );
  const rail = element(
    `${id}-rail`,
    'Rail_0',
    attribute('TypeIdentifier', 'OrderNumber:6ES7 590-1AB60-0AA0'),
    attribute('PositionNumber', '0'),
    cpu,
    role('DeviceItem'),
  );
  return element(id, `Station ${one.name}`, attribute('TypeIdentifier', 'System:Device.S71500'), rail, role('Device'));
};

/** The export's text; the same at each run. */
export const projectFile = (): string => `<?xml version="1.0" encoding="utf-8"?>
<CAEXFile FileName="dosing.aml" SchemaVersion="2.15">
<AdditionalInformation><WriterHeader><WriterName>Sallyport demonstration (invented project)</WriterName>
<WriterVersion>1</WriterVersion><WriterProjectTitle>Dosing</WriterProjectTitle>
<LastWritingDateTime>2026-03-02T06:21:06Z</LastWritingDateTime></WriterHeader></AdditionalInformation>
<InstanceHierarchy Name="Dosing">${element('dosing', 'Dosing', ...plannedIn('project').map(station), role('AutomationProject'))}</InstanceHierarchy>
</CAEXFile>
`;
