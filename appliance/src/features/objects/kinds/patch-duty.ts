import { DUTIES } from '../../plcs/patches/people.ts';
import { defineKind } from '../types.ts';

/** A named role in the patch process of controllers (OT 7), held by an account. Giving one is giving a right. */
export const kind = defineKind({
  name: 'patch-duty',
  row: 'P3',
  area: 'accounts',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    duty: { type: 'choice', options: DUTIES, required: true, indexed: true },
    account: { type: 'reference', kind: 'account', required: true, indexed: true },
  },
  leaves: null,
});
