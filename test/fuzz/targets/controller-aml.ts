import { amlFile, plantControllers, siemensOf } from '../../support/plant-files.ts';
import { readTwice } from '../controller-files.ts';
import type { FuzzTarget } from '../target.ts';

const device = (inner: string): string =>
  `<CAEXFile SchemaVersion="2.15"><InstanceHierarchy><InternalElement Name="d">${inner}<SupportedRoleClass RefRoleClassPath="L/Device"/></InternalElement></InstanceHierarchy></CAEXFile>`;

/** CAx exports: the XML reader in pieces, the tree of devices. */
export const target: FuzzTarget = {
  name: 'controller-aml',
  run: (data) => readTwice('aml', data),
  seeds: () => [
    amlFile(siemensOf(plantControllers(3))),
    amlFile(siemensOf(plantControllers(1)), '3.0'),
    device('<Attribute Name="TypeIdentifier"><Value>GSD:A-B.XML/DAP/1</Value></Attribute>'),
    device(
      '<InternalElement Name="m"><Attribute Name="TypeIdentifier"><Value>OrderNumber:6ES7 1/V2.0</Value></Attribute><Attribute Name="PositionNumber"><Value>1</Value></Attribute></InternalElement>',
    ),
    Buffer.from('\ufeff<?xml version="1.0" encoding="utf-16"?><CAEXFile><a b="1"/></CAEXFile>', 'utf16le'),
    '<?xml version="1.0" encoding="windows-1251"?><CAEXFile/>',
    '<!DOCTYPE CAEXFile [<!ENTITY a "b">]><CAEXFile>&a;</CAEXFile>',
  ],
  words: [
    '<InternalElement Name="',
    '</InternalElement>',
    '<Attribute Name="TypeIdentifier"><Value>',
    '</Value></Attribute>',
    'OrderNumber:',
    'GSD:',
    'System:Rack',
    'PositionNumber',
    'NetworkAddress',
    '<SupportedRoleClass RefRoleClassPath="L/Device"/>',
    '<SupportedRoleClass RefRoleClassPath="L/Node"/>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&#x',
    '&lt;',
  ],
  maxBytes: 8_192,
};
