import { l5xFile, plantControllers, rockwellOf } from '../../support/plant-files.ts';
import { readTwice } from '../controller-files.ts';
import type { FuzzTarget } from '../target.ts';

/** Projects of Logix controllers. */
export const target: FuzzTarget = {
  name: 'controller-l5x',
  run: (data) => readTwice('l5x', data),
  seeds: () => [
    ...rockwellOf(plantControllers(6)).map(l5xFile),
    '<RSLogix5000Content><Controller Use="Target" Name="c" ProjectSN="16#0000_0001" MatchProjectToController="true"><Modules><Module Name="Local"><Ports><Port Type="ICP" Address="0"/></Ports></Module></Modules></Controller></RSLogix5000Content>',
    '<RSLogix5000Content><Controller Use="Context"/></RSLogix5000Content>',
  ],
  words: [
    '<Controller Use="Target"',
    '<Module Name="',
    ' Vendor="1" ProductType="14" ProductCode="54"',
    '<Port Type="Ethernet" Address="',
    ' Upstream="true"',
    ' ParentModule="Local"',
    'CatalogNumber="',
    'ProjectSN="16#',
    '<EncodedData>',
    '<Description>',
    '<![CDATA[',
    ']]>',
  ],
  maxBytes: 8_192,
};
