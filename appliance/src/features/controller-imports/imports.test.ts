import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Reading, readingSchema } from '@sallyport/bundle-tools/controllers/reading';
import { describe, expect, it } from 'vitest';
import { captureFile, captureStart } from '../../../../test/support/plant-capture.ts';
import {
  aasFile,
  aasxFile,
  amlFile,
  csvBytes,
  csvTable,
  l5xFile,
  type PlantController,
  plantControllers,
  rockwellOf,
  siemensOf,
} from '../../../../test/support/plant-files.ts';
import { storedZip } from '../../../../test/support/stored-zip.ts';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { AppError } from '../../platform/errors.ts';
import { type ReadFile, readControllerFile } from './read-file.ts';
import type { ReadOptions } from './read-form.ts';

const folder = fileFolder('imports');
const nowMs = Date.UTC(2026, 0, 2);
const plant = plantControllers(12);

const read = async (content: string | Uint8Array, options: Partial<ReadOptions> = {}): Promise<ReadFile> => {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const found = await readControllerFile(path, { nowMs, ...options });
  for (const reading of found.readings) readingSchema.parse(reading);
  return found;
};
const refusal = async (content: string | Uint8Array, options: Partial<ReadOptions> = {}): Promise<unknown> => {
  try {
    return (await read(content, options)).form;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { offset, line } = error.details;
    return { code: error.code, ...(offset === undefined ? {} : { offset }), ...(line === undefined ? {} : { line }) };
  }
};
const values = (said: Reading['facts']): Record<string, string> =>
  Object.fromEntries(said.flatMap((item) => ('value' in item ? [[item.field, item.value]] : [])));
const partsOf = (reading: Reading | undefined, type: string): Record<string, Record<string, string>> =>
  Object.fromEntries(
    (reading?.parts ?? []).filter((part) => part.type === type).map(({ key, facts: said }) => [key, values(said)]),
  );

describe('a CAx export', () => {
  const stations = siemensOf(plant);

  it.each(['2.15', '3.0'] as const)(
    'of CAEX %s gives each controller with its modules and addresses',
    async (version) => {
      const { form, readings, refused, looked } = await read(amlFile(stations, version));
      expect({ form, refused, looked }).toEqual({ form: 'aml', refused: [], looked: stations.length });
      expect(readings.map(({ facts: said }) => values(said))).toMatchObject(
        stations.map(({ name, orderNumber, model, firmware }) => ({
          name,
          orderNumber,
          model,
          firmware,
          vendorRaw: 'Siemens AG',
          role: 'controller',
          projectName: 'Plant',
          projectEditedAt: '2024-08-27T06:21:06.000Z',
        })),
      );
      expect(readings.every(({ method, observedAtMs }) => method === 'project' && observedAtMs < nowMs)).toBe(true);
      const [first] = stations;
      expect(partsOf(readings[0], 'module')).toMatchObject(
        Object.fromEntries(
          (first?.modules ?? []).map((one) => [
            `0/${one.slot}`,
            { orderNumber: one.orderNumber, firmware: one.firmware, slot: String(one.slot) },
          ]),
        ),
      );
      expect(partsOf(readings[0], 'interface')).toEqual({
        '1 X1': {
          name: 'PROFINET interface_1',
          address: first?.address,
          mask: '255.255.255.0',
          stationName: first?.name.toLowerCase(),
        },
      });
    },
  );

  it('keeps identifiers of description files, and knows head stations and fail-safe controllers', async () => {
    const attribute = (name: string, value: string) => `<Attribute Name="${name}"><Value>${value}</Value></Attribute>`;
    const role = (name: string) => `<SupportedRoleClass RefRoleClassPath="Lib/${name}"/>`;
    const device = (name: string, ...attributes: string[]) =>
      `<InternalElement Name="Station of ${name}"><InternalElement Name="Rack">${attribute('TypeIdentifier', 'System:Rack.ET200SP')}<InternalElement Name="${name}">${attribute('PositionNumber', '0')}${attributes.join('')}${role('DeviceItem')}</InternalElement>${role('DeviceItem')}</InternalElement>${role('Device')}</InternalElement>`;
    const { readings, unread } = await read(
      `<CAEXFile SchemaVersion="2.15"><InstanceHierarchy Name="P">${[
        device(
          'head',
          attribute('TypeIdentifier', 'OrderNumber:6ES7 155-6AU01-0BN0'),
          attribute('FirmwareVersion', 'V4.2'),
          attribute('TypeName', 'IM 155-6 PN ST'),
        ),
        device('drive', attribute('TypeIdentifier', 'GSD:GSDML-V2.31-SEW-EURODRIVE-20180618.XML/DAP/4')),
        device(
          'safe',
          attribute('TypeIdentifier', 'OrderNumber:6ES7 516-3FN02-0AB0/V2.9'),
          attribute('TypeName', 'CPU 1516F-3 PN/DP'),
        ),
        `<InternalElement Name="PC">${attribute('TypeIdentifier', 'System:Device.PC')}${role('Device')}</InternalElement>`,
      ].join('')}</InstanceHierarchy></CAEXFile>`,
    );
    expect(unread).toBe(1);
    expect(readings.map(({ facts: said }) => values(said))).toEqual([
      {
        name: 'head',
        role: 'remote-io',
        vendorRaw: 'Siemens AG',
        orderNumber: '6ES7 155-6AU01-0BN0',
        firmware: 'V4.2',
        model: 'IM 155-6 PN ST',
        projectSha256: expect.any(String),
      },
      {
        name: 'drive',
        vendorRaw: 'SEW',
        deviceType: 'GSD:GSDML-V2.31-SEW-EURODRIVE-20180618.XML/DAP/4',
        projectSha256: expect.any(String),
      },
      expect.objectContaining({ name: 'safe', role: 'safety-controller', firmware: 'V2.9' }),
    ]);
  });

  it('may come packed', async () => {
    const { form, readings } = await read(storedZip([['plant.aml', amlFile(stations)]], { deflate: true }));
    expect(form).toBe('aml');
    expect(readings).toHaveLength(stations.length);
    expect(readings[0]?.where).toMatch(/^plant\.aml: device /);
  });
});

describe('an L5X', () => {
  const [controller] = rockwellOf(plant) as [PlantController];

  it('gives the controller, its tuple, its modules by slot and its address', async () => {
    const { readings, refused } = await read(l5xFile(controller));
    expect(refused).toEqual([]);
    const [reading] = readings;
    expect(values(reading?.facts ?? [])).toEqual({
      name: controller.name,
      description: `${controller.line} <main>`,
      vendorRaw: 'Rockwell Automation',
      cipTuple: controller.tuple,
      orderNumber: controller.orderNumber,
      model: controller.orderNumber,
      firmware: '33.011',
      role: 'controller',
      projectSerial: controller.serial,
      serial: controller.serial,
      projectMatchesSerial: 'true',
      projectName: controller.name,
      projectTool: 'Studio 5000 Logix Designer',
      projectToolVersion: '33.00',
      projectEditedAt: '2020-07-19T23:53:18.000Z',
      projectSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(reading?.observedAtMs).toBe(Date.UTC(2020, 6, 20, 2, 35, 1));
    expect(partsOf(reading, 'module')['0/2']).toMatchObject({
      orderNumber: '1756-EN2T',
      cipTuple: '1/12/166',
      firmware: '10.007',
      slot: '2',
    });
    expect(partsOf(reading, 'interface')).toEqual({ Local: { name: 'Local', address: controller.address } });
  });

  it('says "011" and 11 alike, no serial of a project that does not insist on it, and what it left out', async () => {
    const text = l5xFile(controller)
      .replace('MinorRev="011"', 'MinorRev="11"')
      .replace('MatchProjectToController="true"', 'MatchProjectToController="false"')
      .replace('<Tags/>', '<EncodedData EncodedType="Routine">AAAA</EncodedData>');
    const { readings, refused } = await read(text);
    const said = values(readings[0]?.facts ?? []);
    expect(said).toMatchObject({ firmware: '33.011', projectSerial: controller.serial, projectMatchesSerial: 'false' });
    expect(said['serial']).toBeUndefined();
    expect(refused).toEqual([{ where: 'programs', code: 'encoded', detail: '1' }]);
  });

  it('is refused where it is a part of a project', async () => {
    expect(await refusal(l5xFile(controller).replace('Use="Target"', 'Use="Context"'))).toEqual({
      code: 'UNSUPPORTED_TYPE',
    });
  });

  it('may come as one zip of many', async () => {
    const many = rockwellOf(plant);
    const zip = storedZip(many.map((one) => [`exports/${one.name}.L5X`, l5xFile(one)]));
    const { readings } = await read(zip);
    expect(readings.map(({ facts: said }) => values(said)['name'])).toEqual(many.map(({ name }) => name));
  });
});

describe('a nameplate', () => {
  it.each([
    ['JSON', () => aasFile(plant)],
    ['a package', () => aasxFile(plant)],
  ])('in %s gives what it says, in English where it says it in several languages', async (_, make) => {
    const { form, readings } = await read(make());
    expect(form).toBe('aas');
    expect(readings.map(({ facts: said }) => values(said))).toEqual(
      plant.map(({ maker, model, orderNumber, serial, firmware, index }) => ({
        vendorRaw: maker,
        model,
        orderNumber,
        serial,
        firmware,
        hwVersion: '3',
        manufacturedAt: '2021',
        productUri: `urn:plant:asset:${index}`,
      })),
    );
  });

  it('is read in the shapes of version 2 and in XML', async () => {
    const old = {
      assetAdministrationShells: [],
      submodels: [
        {
          modelType: { name: 'Submodel' },
          idShort: 'Nameplate',
          identification: { id: 'urn:x', idType: 'IRI' },
          submodelElements: [
            {
              modelType: { name: 'MultiLanguageProperty' },
              idShort: 'ManufacturerName',
              value: { langString: [{ language: 'ru', text: 'Завод' }] },
            },
            {
              modelType: { name: 'Property' },
              idShort: 'X1',
              semanticId: { keys: [{ value: '0173-1#02-AAM556#002' }] },
              value: 'SN-1',
            },
          ],
        },
      ],
    };
    expect((await read(JSON.stringify(old))).readings.map(({ facts: said }) => values(said))).toEqual([
      { vendorRaw: 'Завод', serial: 'SN-1' },
    ]);
    const xml = (prefix: string, inner: string) =>
      `<${prefix}environment xmlns="https://admin-shell.io/aas/3/0"><submodels><submodel><id>urn:y</id><idShort>Nameplate</idShort><submodelElements>${inner}</submodelElements></submodel></submodels></${prefix}environment>`;
    const inner =
      '<multiLanguageProperty><idShort>ManufacturerName</idShort><value><langStringTextType><language>en</language><text>Maker</text></langStringTextType></value></multiLanguageProperty><property><idShort>SerialNumber</idShort><value>SN-2</value></property>';
    expect((await read(xml('', inner))).readings.map(({ facts: said }) => values(said))).toEqual([
      { vendorRaw: 'Maker', serial: 'SN-2' },
    ]);
  });

  it('that names no product is named with its place', async () => {
    const text = aasFile(plant.slice(0, 1))
      .replace(/"idShort":"(?:Order|Serial|ManufacturerProduct)[^"]*"/g, '"idShort":"Z"')
      .replace('globalAssetId', 'z');
    const { readings, refused } = await read(text);
    expect(readings).toEqual([]);
    expect(refused).toEqual([{ where: 'submodel urn:plant:nameplate:0', code: 'no-identity', detail: '' }]);
  });
});

describe('a table', () => {
  const expected = plant.map((one) => ({
    assetTag: one.assetTag,
    name: one.name,
    vendorRaw: one.maker,
    model: one.model,
    orderNumber: one.orderNumber,
    firmware: one.firmware,
    serial: one.serial,
    line: one.line,
    address: one.address,
    mac: one.mac,
  }));

  it.each([
    ['en', ',', 'utf-8'],
    ['ru', ';', 'windows-1251'],
    ['ru', '\t', 'utf-16le'],
    ['kk', ';', 'utf-8-bom'],
    ['kk', '\t', 'utf-8'],
  ] as const)(
    'with headings in %s, cells between %j, in %s, is understood by itself',
    async (language, delimiter, encoding) => {
      const { form, readings, refused, looked } = await read(
        csvBytes(csvTable(plant, { language, delimiter }), encoding),
      );
      expect({ form, refused, looked }).toEqual({ form: 'csv', refused: [], looked: plant.length });
      expect(readings.map(({ facts: said }) => values(said))).toEqual(expected);
      expect(readings.map(({ where }) => where)).toEqual(plant.map((_, index) => `line ${index + 2}`));
    },
  );

  it('has rows for modules, by the controller that they name and their slot', async () => {
    const { readings, refused } = await read(csvTable(plant, { modules: true }));
    expect(refused).toEqual([]);
    expect(readings.map((reading) => Object.keys(partsOf(reading, 'module')))).toEqual(
      plant.map(({ modules }) => modules.map(({ slot }) => `0/${slot}`)),
    );
  });

  it('says what is wrong with each row and takes the rest', async () => {
    const { readings, refused, unread } = await read(
      [
        'Tag;Name;IP;MAC;Критичность;Parent;Slot',
        'T1;"one ""quoted""\r\nover lines";10.0.0.1;zz;высокая',
        ';;10.0.0.300;;',
        'T1;other;;;',
        'T2;two;10.0.0.2;;;;;too many',
        ';m;;;;T1;4',
        ';m;;;;T9;4',
        ';m;;;;T1',
        'T3;three;n/a;-;',
        '',
      ].join('\r\n'),
    );
    expect(readings.map(({ facts: said, where }) => [where, values(said)])).toEqual([
      ['line 2', { assetTag: 'T1', name: 'one "quoted" over lines', address: '10.0.0.1', criticality: 'high' }],
      ['line 10', { assetTag: 'T3', name: 'three' }],
    ]);
    expect(refused).toEqual([
      { where: 'line 2', code: 'value', detail: 'MAC: zz' },
      { where: 'line 4', code: 'value', detail: 'IP: 10.0.0.300' },
      { where: 'line 4', code: 'no-identity', detail: '' },
      { where: 'line 5', code: 'twice', detail: 'line 2' },
      { where: 'line 6', code: 'ragged', detail: '8 > 7' },
      { where: 'line 8', code: 'parent-unknown', detail: 'T9' },
      { where: 'line 9', code: 'no-identity', detail: 'slot' },
    ]);
    expect(unread).toBe(5);
  });

  it('is read by a mapping that leaves out what it does not name', async () => {
    const { readings } = await read('a,b,c\n1,2,3\n', {
      csv: { columns: { a: { column: 'assetTag' }, c: { column: 'serial' } } },
    });
    expect(values(readings[0]?.facts ?? [])).toEqual({ assetTag: '1', serial: '3' });
  });

  it.each([
    ['Name\n"open', { code: 'MALFORMED', line: 2 }],
    ['\n\n', { code: 'UNSUPPORTED_TYPE', offset: 0 }],
    ['one,two\n1,2\n', { code: 'MALFORMED', line: 1 }],
    [`Name\n${'x,'.repeat(300)}\n`, { code: 'MALFORMED', line: 2 }],
    [`Name\n"${'x'.repeat(40_000)}"\n`, { code: 'MALFORMED', line: 2 }],
  ])('is refused with its line: %j', async (text, expected) => {
    expect(await refusal(text)).toEqual(expected);
  });
});

describe('a capture', () => {
  it.each([{}, { little: false }, { nano: true }])('gives devices with packet times and places (%j)', async (form) => {
    const { readings, looked, control } = await read(captureFile(plant, form));
    expect({ looked, control }).toEqual({ looked: 2 * plant.length, control: [] });
    expect(readings.map(({ facts: said }) => values(said))).toMatchObject(
      plant.map(({ maker, orderNumber, model, serial, address, mac, tuple }) => ({
        address,
        mac,
        ...(maker === 'Siemens AG' ? { orderNumber, serial, model } : {}),
        ...(maker === 'Rockwell Automation' ? { cipTuple: tuple, serial } : {}),
        ...(maker === 'Schneider Electric' ? { orderNumber, vendorRaw: maker } : {}),
      })),
    );
    expect(readings[0]).toMatchObject({
      method: 'passive',
      source: 's7',
      where: 'packet 1',
      observedAtMs: captureStart,
    });
    expect(partsOf(readings[0], 'service')).toEqual({
      'tcp/102': { transport: 'tcp', port: '102', protocol: 's7' },
    });
  });

  it('says at which byte it stops being one', async () => {
    const spoiled = Buffer.from(captureFile(plant));
    // The length of the first packet.
    spoiled.writeUInt32LE(0x7fff_ffff, 24 + 8);
    expect(await refusal(spoiled)).toEqual({ code: 'MALFORMED', offset: 24 });
  });

  it('that ends within a record is read up to there, and the end is named', async () => {
    const whole = captureFile(plant);
    const { readings, refused } = await read(whole.subarray(0, whole.length - 3));
    expect(readings).toHaveLength(plant.length);
    expect(refused).toEqual([
      { where: `packet ${2 * plant.length - 1}`, code: 'cut-short', detail: String(whole.length - 3) },
    ]);
  });
});

describe('hostile files', () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;&b;">]><CAEXFile>&d;</CAEXFile>';
  it.each([
    ['an entity bomb', bomb, { code: 'MALFORMED', offset: 0 }],
    ['an entity', '<CAEXFile SchemaVersion="3.0">&b;</CAEXFile>', { code: 'MALFORMED', offset: 30, line: 1 }],
    ['a deep tree', `<CAEXFile>${'<a>'.repeat(5_000)}`, { code: 'MALFORMED', offset: expect.any(Number), line: 1 }],
    ['a cut tag', '<CAEXFile\n', { code: 'MALFORMED', offset: 0, line: 1 }],
    ['deep JSON', '['.repeat(100_000), { code: 'MALFORMED', offset: 200 }],
    ['cut JSON', '{"submodels": [', { code: 'MALFORMED', offset: 15 }],
    ['nothing', '', { code: 'MALFORMED', offset: 0 }],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), { code: 'UNSUPPORTED_TYPE', offset: 0 }],
    ['other XML', '<svg/>', { code: 'UNSUPPORTED_TYPE', offset: 0 }],
    [
      'wrong bytes',
      Buffer.from('<CAEXFile SchemaVersion="3.0">\xff</CAEXFile>', 'latin1'),
      { code: 'MALFORMED', offset: 0 },
    ],
    ['a package with nothing in it', storedZip([['a.bin', 'x']]), { code: 'UNSUPPORTED_TYPE' }],
    ['a package that leads out of its folder', storedZip([['../../etc/x.aml', amlFile([])]]), { code: 'MALFORMED' }],
  ])('%s is refused with a code and a place', async (_, content, expected) => {
    expect(await refusal(content)).toEqual(expected);
  });

  it('members of a package that are packed too tightly are named and not read', async () => {
    const packed = storedZip(
      [
        ['a.aml', `${amlFile([])}${' '.repeat(4_000_000)}`],
        ['b.aml', amlFile([])],
      ],
      { deflate: true },
    );
    expect((await read(packed)).refused).toEqual([{ where: 'a.aml', code: 'member', detail: 'ratio' }]);
  });

  it('another form than was said is refused', async () => {
    expect(await refusal(csvTable(plant), { as: 'aml' })).toEqual({ code: 'UNSUPPORTED_TYPE' });
  });

  it('more controllers than a file may hold are refused', async () => {
    const limits = { maxWholeBytes: 1e6, maxXmlBytes: 1e6, maxCaptureBytes: 1e6, maxReadings: 2, maxRefused: 10 };
    expect(await refusal(amlFile(siemensOf(plant)), { limits })).toEqual({ code: 'TOO_LARGE' });
    expect(await refusal('x'.repeat(1_000_001), { limits })).toEqual({ code: 'TOO_LARGE' });
  });
});
