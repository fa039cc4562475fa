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
      decision: {
        returns: 'anew',
        strict: { decision: 'unauthorised' },
        type: 'choice',
        options: ['authorised', 'unauthorised', 'archived'],
        required: true,
        indexed: true,
      },
      reason: { returns: 'freely', type: 'text', max: 500 },
    },
    leaves: null,
  },
  /** A field of the site's own in the records of controllers. */
  'controller-field': {
    bound: 'catalog',
    row: 'P1',
    area: 'controllers',
    title: 'name',
    returns: 'freely',
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
    strict: { queryPolicy: 'never' },
    fields: {
      assetTag: { returns: 'freely', type: 'text', max: 100, indexed: true },
      name: { returns: 'freely', type: 'text', max: 240, indexed: true },
      description: { returns: 'freely', type: 'multiline', max: 1_024 },
      role: {
        returns: 'anew',
        strict: { safety: 'yes' },
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
      vendorRaw: { returns: 'freely', type: 'text', max: 200 },
      productFamily: { returns: 'freely', type: 'text', max: 200 },
      model: { returns: 'freely', type: 'text', max: 200 },
      orderNumber: { returns: 'freely', type: 'text', max: 100 },
      hwVersion: { returns: 'freely', type: 'text', max: 60 },
      firmware: { returns: 'freely', type: 'text', max: 100 },
      serial: { returns: 'freely', type: 'text', max: 120 },
      address: { returns: 'anew', type: 'text', max: 45 },
      mac: { returns: 'freely', type: 'text', max: 17 },
      stationName: { returns: 'freely', type: 'text', max: 240 },
      connectionString: { returns: 'freely', type: 'text', max: 500 },
      /** `<field>: <reason>`: what was entered for the field holds on both sides. */
      locks: { returns: 'freely', type: 'list', max: 40 },
      site: { returns: 'freely', type: 'text', max: 120 },
      area: { returns: 'freely', type: 'text', max: 120 },
      line: { returns: 'freely', type: 'text', max: 120 },
      cabinet: { returns: 'freely', type: 'text', max: 120 },
      /** Id of a zone. */
      zone: { returns: 'anew', type: 'text', max: 120, indexed: true },
      purdueLevel: { returns: 'freely', type: 'choice', options: ['0', '1', '2', '3', 'dmz', '4', '5'] },
      exposure: { returns: 'freely', type: 'choice', options: ['small', 'indirect', 'direct', 'unknown'] },
      criticality: { returns: 'freely', type: 'choice', options: ['low', 'medium', 'high', 'critical'] },
      safety: { returns: 'anew', strict: { safety: 'yes' }, type: 'choice', options: ['yes', 'no'] },
      sil: {
        returns: 'anew',
        strict: { safety: 'yes' },
        type: 'choice',
        options: ['SIL 1', 'SIL 2', 'SIL 3', 'SIL 4'],
      },
      queryPolicy: { returns: 'anew', type: 'choice', options: ['never', 'passive', 'identify', 'details'] },
      /** Requests a minute. */
      queryRate: { returns: 'anew', type: 'integer', min: 1, max: 120 },
      queryHours: { returns: 'anew', type: 'text', max: 100 },
      maintenanceWindow: { returns: 'freely', type: 'text', max: 200 },
      leadTimeDays: { returns: 'freely', type: 'integer', min: 0, max: 3_650 },
      warranty: { returns: 'freely', type: 'text', max: 500 },
      lifecycle: { returns: 'freely', type: 'choice', options: ['active', 'spare', 'stored', 'retired'] },
      endOfSupport: { returns: 'freely', type: 'time' },
      replacedBy: { returns: 'freely', type: 'text', max: 200 },
      backupPlace: { returns: 'freely', type: 'text', max: 300 },
      restoreTestedAt: { returns: 'freely', type: 'time' },
      defaultPasswordChanged: { returns: 'freely', type: 'choice', options: ['yes', 'no', 'unknown'] },
      logging: { returns: 'freely', type: 'text', max: 300 },
      accountsNote: { returns: 'freely', type: 'text', max: 1_024 },
      processOwner: { returns: 'freely', type: 'text', max: 200, personal: true },
      contacts: { returns: 'freely', type: 'multiline', max: 1_024, personal: true },
      vendorContact: { returns: 'freely', type: 'multiline', max: 500, personal: true },
      /** `<name>: <value>`, of the fields that are declared as controller-field. */
      custom: { returns: 'freely', type: 'list', max: 50 },
    },
    leaves: null,
  },
});
