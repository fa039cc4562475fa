import { describe, expect, it } from 'vitest';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { oneLook } from './look.ts';

describe('a look at the worklist', () => {
  it('reads each thing once for each reach, and knows nothing of another look', () => {
    const read: string[] = [];
    const devices = (scope: Scope): number => read.push(`devices ${scope.site}`);
    const findings = (scope: Scope): number => read.push(`findings ${scope.site}`);
    const part: Scope = { ...wholeSite('job'), site: false, roots: ['a'] };
    const look = oneLook();
    for (const scope of [wholeSite('job'), wholeSite('figures'), part, { ...part }])
      for (const count of [devices, findings]) look(count, scope);
    expect(read).toEqual(['devices true', 'findings true', 'devices false', 'findings false']);
    expect(look(devices, part)).toBe(3);
    expect(oneLook()(devices, part)).toBe(5);
  });
});
