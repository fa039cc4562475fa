import { parseXml } from '@sallyport/appliance/features/agents/glpi/message';
import { escapeXml } from '@sallyport/appliance/platform/xml/references';
import type { XmlElement } from '@sallyport/appliance/platform/xml/tree';
import { demand, type FuzzTarget } from '../target.ts';

const write = ({ name, attributes, text, children }: XmlElement): string => {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<${name}${said.join('')}>${escapeXml(text)}${children.map(write).join('')}</${name}>`;
};

/** What is read is not read differently once it is written again. */
export const target: FuzzTarget = {
  name: 'agent-xml',
  run: (data) => {
    const tree = parseXml(data.toString('utf8'));
    const again = parseXml(write(tree));
    demand(JSON.stringify(again) === JSON.stringify(tree), 'a document that is written again is the same');
  },
  seeds: () => [
    '<?xml version="1.0" encoding="UTF-8"?>\n<REQUEST><DEVICEID>a-1</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>',
    '<REQUEST><CONTENT><A X="1" Y=\'2\'>t&amp;&#65;&#x42;</A><A/><B><![CDATA[<c>]]></B><!-- c --></CONTENT></REQUEST>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  ],
  words: ['<![CDATA[', ']]>', '<!--', '-->', '&lt;', '&#x', '&#0;', '</', '/>', '<?xml ', '?>', '="', '<CONTENT>'],
};
