import { defineKinds } from '../../engine/objects/types.ts';
import { JUSTIFICATIONS } from './types.ts';

export const controllerFindingKinds = defineKinds({
  /**
   * What a person says of advisories about one product in one version: affected, or not and why. It holds until the
   * advisory's revision or the version changes; then the question is asked anew.
   */
  'controller-review': {
    bound: 'site',
    row: 'P1',
    area: 'vulnerabilities',
    title: 'label',
    strict: { verdict: 'affected' },
    final: true,
    fields: {
      label: { returns: 'never', type: 'text', required: true, max: 700 },
      /** The product and its version in the spelling that matching compares. */
      product: { returns: 'never', type: 'text', required: true, max: 700, indexed: true, internal: true },
      build: { returns: 'never', type: 'text', max: 1_600, internal: true },
      firmware: { returns: 'never', type: 'text', max: 300 },
      verdict: { returns: 'never', type: 'choice', options: ['affected', 'not-affected'], required: true },
      /** The class of the reason, where a finding that comparing was sure of is disputed. */
      justification: { returns: 'never', type: 'choice', options: JUSTIFICATIONS },
      reason: { returns: 'never', type: 'multiline', required: true, max: 2_000 },
      evidence: { returns: 'never', type: 'multiline', max: 4_000 },
      /** `<advisory key> | <revision> | <vulnerability>` */
      about: { returns: 'never', type: 'list', required: true, max: 2_000, internal: true },
      who: { returns: 'never', type: 'text', required: true, max: 300, internal: true },
    },
    leaves: null,
  },
  /** Two names that a person has compared: they mean one product, or they do not. */
  'controller-synonym': {
    bound: 'catalog',
    row: 'P1',
    area: 'vulnerabilities',
    title: 'name',
    returns: 'freely',
    fields: {
      vendor: { type: 'text', max: 300, indexed: true },
      /** As the record calls it, and as documents do. */
      name: { type: 'text', required: true, max: 300, indexed: true },
      means: { type: 'text', required: true, max: 1_000 },
      same: { type: 'boolean', required: true },
      reason: { type: 'multiline', max: 2_000 },
      who: { type: 'text', required: true, max: 300, internal: true },
    },
    leaves: null,
  },
});
