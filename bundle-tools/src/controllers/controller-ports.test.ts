import { describe, expect, it } from 'vitest';
import { isControllerPort, isControllerService } from './controller-ports.ts';

describe('the list of ports on which controllers speak', () => {
  it.each([102, 502, 1_911, 2_222, 2_404, 4_840, 9_600, 18_245, 20_000])('has %i', (port) =>
    expect(isControllerPort(port)).toBe(true),
  );

  it.each([22, 80, 161, 389, 443, 636, 3_268, 3_269, 8_443, 65_535])(
    'has no port of a computer or printer: %i',
    (port) => expect([isControllerPort(port), isControllerService(port)]).toEqual([false, false]),
  );

  it.each([34_964, 44_818, 47_808, 48_898])('has %i for a port that a person names alone', (port) =>
    expect([isControllerPort(port), isControllerService(port)]).toEqual([false, true]),
  );
});
