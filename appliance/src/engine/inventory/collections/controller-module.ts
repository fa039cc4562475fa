import { defineFacts } from '../types.ts';

/** P1: modules of controllers. Each is matched against advisories by itself (OT 1.5). */
export const collection = defineFacts({
  name: 'controller-module',
  bound: 'zone',
  row: 'P1',
  mode: 'facts',
  part: 'module',
  title: 'name',
  sort: 'orderNumber',
  fields: {
    rack: { type: 'integer', form: 'number', identifier: true },
    slot: { type: 'integer', form: 'number', identifier: true },
    subslot: { type: 'integer', form: 'number', identifier: true },
    name: { type: 'text', indexed: true, maxLength: 240 },
    description: { type: 'text', maxLength: 1_024, column: false },
    vendor: { type: 'text', derived: true, indexed: true, maxLength: 200 },
    vendorRaw: { type: 'text', maxLength: 200, column: false },
    vendorId: { type: 'text', maxLength: 40, column: false },
    productFamily: { type: 'text', derived: true, indexed: true, maxLength: 200, column: false },
    model: { type: 'text', indexed: true, maxLength: 200 },
    orderNumber: { type: 'text', form: 'code', compared: true, indexed: true, maxLength: 100 },
    cipTuple: { type: 'text', indexed: true, maxLength: 40, column: false },
    deviceType: { type: 'text', maxLength: 100, column: false },
    firmware: { type: 'text', form: 'version', compared: true, indexed: true, maxLength: 100 },
    hwVersion: { type: 'text', form: 'version', compared: true, maxLength: 60 },
    series: { type: 'text', maxLength: 60, column: false },
    bootloader: { type: 'text', form: 'version', maxLength: 100, column: false },
    serial: { type: 'text', form: 'serial', compared: true, indexed: true, maxLength: 120 },
    state: { type: 'text', maxLength: 100 },
    address: { type: 'text', form: 'address', indexed: true, maxLength: 45, column: false },
    mac: { type: 'text', form: 'mac', maxLength: 17, column: false },
    /** The module that it is plugged into, by its key. */
    parent: { type: 'text', maxLength: 128, column: false },
  },
  retentionDays: 3_650,
  leaves: {
    file: 'request',
    // In the name of the firmware that is asked for.
    group: 'wants',
    fields: ['vendor', 'orderNumber'],
  },
});
