import { defineKinds } from '../../engine/objects/types.ts';

export const controllerKinds = defineKinds({
  /** P3: whether a controller should be there; its key is the controller's public id. Without one, where it came from says so. */
  'controller-decision': {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    key: 'given',
    title: 'reason',
    fields: {
      decision: { type: 'choice', options: ['authorised', 'unauthorised', 'archived'], required: true, indexed: true },
      reason: { type: 'text', max: 500 },
    },
    leaves: null,
  },
  /** A field of the site's own in the records of controllers. */
  'controller-field': {
    bound: 'catalog',
    row: 'P1',
    area: 'controllers',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, max: 60, unique: true, indexed: true },
      type: { type: 'choice', options: ['text', 'number', 'date', 'yes-no', 'choice'], required: true },
      /** Of a choice. */
      options: { type: 'list', max: 50 },
      description: { type: 'text', max: 300 },
    },
    check: (body) => {
      const isChoice = body['type'] === 'choice';
      const options = Array.isArray(body['options']) ? body['options'] : [];
      return {
        // The name stands before a colon in the records.
        ...(String(body['name'] ?? '').includes(':') ? { name: { key: 'validation.format' } } : {}),
        ...(isChoice && options.length === 0 ? { options: { key: 'validation.required' } } : {}),
      };
    },
    leaves: null,
  },
  /**
   * P1: what people enter about a controller; its key is the controller's public id. It becomes facts of people, but for what
   * names a person, which stays here alone. `locks` are values that stand whatever a device says, until they are removed.
   */
  'controller-record': {
    bound: 'zone',
    row: 'P1',
    area: 'controllers',
    key: 'given',
    title: 'assetTag',
    fields: {
      assetTag: { type: 'text', max: 100, indexed: true },
      name: { type: 'text', max: 240, indexed: true },
      description: { type: 'multiline', max: 1_024 },
      role: {
        type: 'choice',
        options: [
          'controller',
          'safety-controller',
          'rtu',
          'ied',
          'drive',
          'gateway',
          'remote-io',
          'switch',
          'panel',
          'other',
        ],
      },
      vendorRaw: { type: 'text', max: 200 },
      productFamily: { type: 'text', max: 200 },
      model: { type: 'text', max: 200 },
      orderNumber: { type: 'text', max: 100 },
      hwVersion: { type: 'text', max: 60 },
      firmware: { type: 'text', max: 100 },
      serial: { type: 'text', max: 120 },
      address: { type: 'text', max: 45 },
      mac: { type: 'text', max: 17 },
      stationName: { type: 'text', max: 240 },
      connectionString: { type: 'text', max: 500 },
      /** `<field>: <reason>`: what was entered for the field holds on both sides. */
      locks: { type: 'list', max: 40 },
      site: { type: 'text', max: 120 },
      area: { type: 'text', max: 120 },
      line: { type: 'text', max: 120 },
      cabinet: { type: 'text', max: 120 },
      /** Id of a zone. */
      zone: { type: 'text', max: 120, indexed: true },
      purdueLevel: { type: 'choice', options: ['0', '1', '2', '3', 'dmz', '4', '5'] },
      exposure: { type: 'choice', options: ['small', 'indirect', 'direct', 'unknown'] },
      criticality: { type: 'choice', options: ['low', 'medium', 'high', 'critical'] },
      safety: { type: 'choice', options: ['yes', 'no'] },
      sil: { type: 'choice', options: ['SIL 1', 'SIL 2', 'SIL 3', 'SIL 4'] },
      queryPolicy: { type: 'choice', options: ['never', 'passive', 'identify', 'details'] },
      /** Requests a minute. */
      queryRate: { type: 'integer', min: 1, max: 120 },
      queryHours: { type: 'text', max: 100 },
      maintenanceWindow: { type: 'text', max: 200 },
      leadTimeDays: { type: 'integer', min: 0, max: 3_650 },
      warranty: { type: 'text', max: 500 },
      lifecycle: { type: 'choice', options: ['active', 'spare', 'stored', 'retired'] },
      endOfSupport: { type: 'time' },
      replacedBy: { type: 'text', max: 200 },
      backupPlace: { type: 'text', max: 300 },
      restoreTestedAt: { type: 'time' },
      defaultPasswordChanged: { type: 'choice', options: ['yes', 'no', 'unknown'] },
      logging: { type: 'text', max: 300 },
      accountsNote: { type: 'text', max: 1_024 },
      processOwner: { type: 'text', max: 200, personal: true },
      contacts: { type: 'multiline', max: 1_024, personal: true },
      vendorContact: { type: 'multiline', max: 500, personal: true },
      /** `<name>: <value>`, of the fields that are declared as controller-field. */
      custom: { type: 'list', max: 50 },
    },
    leaves: null,
  },
});
