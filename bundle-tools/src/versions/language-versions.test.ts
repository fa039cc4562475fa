import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  expectOrder,
  expectRising,
  expectSame,
  linesOf,
  pairsOf,
  shareWithoutOrder,
  signsOf,
  textOf,
} from '../../test/version-order.ts';
import { composerKey } from './composer.ts';
import { gemKey } from './gem.ts';
import { mavenKey } from './maven.ts';
import { nugetKey } from './nuget.ts';
import { cranKey, hackageKey } from './number-row.ts';
import { hexKey, pubKey } from './semver.ts';

// Each language's versions against its published list and, where it runs here, against the program that orders them.

const PAIRS = 10_000;
const number = fc.constantFrom('0', '0', '1', '2', '10', '01', '00', '2147483647');

describe('Maven', () => {
  const piece = fc.constantFrom(
    '0',
    '1',
    '2',
    '10',
    '01',
    'alpha',
    'A',
    'b',
    'rc',
    'CR',
    'snapshot',
    'GA',
    'final',
    'sp',
    'x',
    'jre',
    'v',
  );
  const separator = fc.constantFrom('.', '.', '-', '-', '');
  const version = fc
    .tuple(fc.constantFrom('1', '1.0', '0', '2.0.1', ''), fc.array(fc.tuple(separator, piece), { maxLength: 4 }))
    .map(([front, rest]) => `${front}${rest.map(([a, b]) => `${a}${b}`).join('')}` || '1');

  test('the order of the POM reference', () => {
    expectRising(mavenKey, [
      ['1-alpha', '1.0-ALPHA'],

      ['1-alpha-1', '1-alpha1', '1a1', '1.0.0-a1'],
      '1-beta-1',
      '1-milestone-1',
      ['1-rc', '1.0-CR'],
      '1-snapshot',
      ['1', '1.0.0', '1.ga', '1-final', '1.0.0.RELEASE', '1-0', '1.0.0-0.0'],
      '1-sp',
      ['1-foo', '1.0.0-foo.0.0', '1-FOO'],
      '1-foo2',
      '1-foo10',
      ['1-1', '1.0-1'],
      '1-2',
      ['1.1', '1.01'],
      '1.2',
      '1.10',
      '2',
    ]);
    expectRising(mavenKey, ['4.1.99.Final', '4.1.100.Final-redhat-1', '4.1.100.Final-redhat-2', '4.1.101']);
    expectRising(mavenKey, ['9.4.0.M1', '9.4.0.RC3', '9.4.0.v20161208', '9.4.1.v20170120', '9.4.11.v20180605']);
    expectRising(mavenKey, ['31.1-android', '31.1-jre', '32.0.0-android', '32.0.0-jre']);
  });

  test('what Maven orders in a circle has no key', () => {
    for (const circle of ['1.sp.1', '1.foo-bar', '1.0.alpha.1', '1-0-alpha', '0.0-alpha', '1.ga.1'])
      expect(mavenKey(circle), circle).toBeNull();
  });

  test('the keys are an order', () => expectOrder(mavenKey, version));

  test('the same order as ComparableVersion', ({ skip }) => {
    const jar = '/usr/share/java/maven3-artifact.jar';
    if (!existsSync(jar)) return skip('skipped: libmaven3-core-java is not installed');
    const program = join(import.meta.dirname, '../../test/oracles/MavenOrder.java');
    const circle = [
      ['1-alpha', '1.sp.1'],
      ['1.sp.1', '1'],
      ['1', '1-alpha'],
    ] as const;
    const pairs = [...circle, ...pairsOf(version, PAIRS)];
    const oracle = signsOf('java', ['-cp', jar, program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: no Java runs here');
    expect(oracle.slice(0, 3)).toEqual([1, 1, 1]);
    expect(shareWithoutOrder(pairs, oracle, mavenKey)).toBeLessThan(0.6);
  });
});

describe('RubyGems', () => {
  const version = fc
    .tuple(
      number,
      textOf(['.0', '.1', '.00', '.2', '.a', '.b1', '.rc', '.10', '.A'], 0, 5),
      fc.constantFrom('', '', '', '-1', '-rc.1', '..', '-'),
    )
    .map((parts) => parts.join(''));

  test('the order of the documentation', () => {
    expectRising(gemKey, [
      '0.9',
      ['1.0.a', '1.a'],
      '1.0.a2',
      ['1.0.a10', '1.0.a.10'],
      '1.0.b1',
      ['1.0.pre.1', '1.0-1'],
      ['1', '1.0', '1.0.0'],
      '1.0.1.a',
      '1.0.1',
      '1.1',
      '1.10',
    ]);
  });

  test('the keys are an order', () => expectOrder(gemKey, version));

  test('the same order as Gem::Version, and no key where it takes none', ({ skip }) => {
    const program =
      'v = Hash.new { |h, t| h[t] = Gem::Version.correct?(t) && t.gsub("-", ".pre.") !~ /[a-z](.*\\.)?0[0.]*[a-z]/i ? Gem::Version.new(t) : nil }; ' +
      'puts STDIN.each_line.map { |l| a, b = l.split.map { |t| v[t] }; a && b ? a <=> b : "x" }';
    const pairs = pairsOf(version, PAIRS);
    const oracle = signsOf('ruby', ['-e', program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: ruby is not installed');
    return expectSame(pairs, oracle, gemKey);
  });
});

describe('Composer', () => {
  const version = fc
    .tuple(
      fc.constantFrom('', '', 'v', 'dev-'),
      fc.constantFrom(
        '1',
        '1.0',
        '1.2.3',
        '1.2.3.4',
        '01.2',
        '1.x',
        '1.2.x',
        '20100102',
        '2010-01-02',
        '2010.01.02.5',
        '123456',
        '1.2.3.4.5',
      ),
      fc.constantFrom('', '', '-', '.', '_'),
      fc.constantFrom(
        '',
        'stable',
        'beta',
        'b2',
        'RC1',
        'rc.2',
        'alpha',
        'a-1',
        'patch1',
        'pl2',
        'p',
        'p1.2',
        'foo',
        'STABLE',
        'beta3-1',
      ),
      fc.constantFrom('', '', '', '-dev', '.dev', 'dev', '+build.5', '@stable', '+'),
    )
    .map((parts) => parts.join(''));

  test('the order of the documentation', () => {
    expectRising(composerKey, [
      ['1.0-dev', '1.0.0.0-dev'],
      '1.0-alpha1',
      '1.0-beta',
      ['1.0-beta2', '1.0b2', '1.0.0-BETA.2'],
      '1.0-RC1',
      ['1.0', 'v1.0.0', '1.0.0+build', '1.0@beta', '1.0-stable'],
      ['1.0-patch1', '1.0-p1', '1.0pl1'],
      '1.0.1',
      '1.2',
      ['1.x-dev', '1.x.x-dev'],
      '2',
    ]);
  });

  test('a branch and what is no version have no key', () => {
    for (const none of ['dev-main', 'dev-1.0', '1.2.3.4.5', 'feature-dev', `1.${'9'.repeat(19)}`])
      expect(composerKey(none), none).toBeNull();
  });

  test('the keys are an order', () => expectOrder(composerKey, version));

  test('the same order as composer, and no key where it takes none', ({ skip }) => {
    const program = `
      require '/usr/share/php/Composer/Semver/autoload.php';
      $parser = new Composer\\Semver\\VersionParser();
      $of = function ($text) use ($parser) {
        static $known = [];
        if (!array_key_exists($text, $known)) {
          try { $known[$text] = $parser->normalize($text); } catch (UnexpectedValueException $none) { $known[$text] = null; }
          if ($known[$text] !== null && (str_starts_with($known[$text], 'dev-') || str_contains($known[$text], 'stable'))) $known[$text] = null;
        }
        return $known[$text];
      };
      while (($line = fgets(STDIN)) !== false) {
        [$a, $b] = array_map($of, explode(' ', rtrim($line, "\\n")));
        echo $a === null || $b === null ? 'x' : (Composer\\Semver\\Comparator::lessThan($a, $b) ? -1 : (int) Composer\\Semver\\Comparator::greaterThan($a, $b)), "\\n";
      }`;
    const pairs = pairsOf(version, PAIRS);
    const oracle = signsOf('php', ['-r', program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: composer is not installed');
    return expectSame(pairs, oracle, composerKey);
  });
});

describe('NuGet', () => {
  const version = fc
    .tuple(
      textOf(['1', '0', '2', '01', '.0', '.1', '.10'], 1, 5),
      textOf(['-a', '-B', '.1', '.02', '.beta', '-', '.99999999999'], 0, 3),
    )
    .map((parts) => parts.join(''));

  test('the order of the documentation', () => {
    expectRising(nugetKey, [
      '1.0.1-aaa',
      '1.0.1-alpha10',
      '1.0.1-alpha2',
      '1.0.1-beta',
      '1.0.1-open',
      '1.0.1-rc.2',
      '1.0.1-rc.10',
      '1.0.1-zzz',
      '1.0.1',
    ]);
    expectRising(nugetKey, [
      '1.0.0-1',
      ['1.0.0-alpha', '1-ALPHA', '1.0-alpha+build'],
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      ['1.0', '1', '1.00', '1.0.0', '1.0.0.0', '1.0.0+r3456'],
      ['1.0.0.1', '1.00.0.1'],
      ['1.0.1', '1.0.01.0'],
      ['1.1.1', '1.01.1'],
      '1.1.1.2147483647',
    ]);
  });

  test('what is no version of NuGet has no key', () => {
    for (const none of ['v1.0', '1.0.0.0.0', '1.2147483648', '1.0-', '1.0-a..b', '1.0-a_b', '1.0--5', 'a'])
      expect(nugetKey(none), none).toBeNull();
  });

  test('the keys are an order', () => expectOrder(nugetKey, version));
});

describe('CRAN', () => {
  const version = fc.tuple(number, textOf(['.0', '.1', '-1', '.10', '-02', '.a'], 0, 4)).map((parts) => parts.join(''));

  test('the order of the documentation', () => {
    expectRising(cranKey, [
      '0.5',
      ['1.0', '1-0'],
      ['1.0.0', '1.0-0'],
      '1.0-5',
      ['1.2-3', '1.2.3', '1.02.3'],
      '1.8',
      '1.8.0',
      '1.10',
    ]);
    for (const none of ['1', '1.', '1.0a', '1.0.2147483648']) expect(cranKey(none), none).toBeNull();
  });

  test('the keys are an order', () => expectOrder(cranKey, version));

  test('the same order as compareVersion, and no key where package_version takes none', ({ skip }) => {
    const program =
      'p <- strsplit(readLines(file("stdin")), " "); v <- function(n) suppressWarnings(package_version(sapply(p, `[`, n), strict = FALSE)); ' +
      'a <- v(1); b <- v(2); cat(ifelse(is.na(a) | is.na(b), "x", mapply(compareVersion, sapply(p, `[`, 1), sapply(p, `[`, 2))), sep = "\\n")';
    const pairs = pairsOf(version, PAIRS);
    const oracle = signsOf('Rscript', ['--vanilla', '-e', program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: R is not installed');
    return expectSame(pairs, oracle, cranKey);
  });
});

/** Rows of numbers, the plain way: the first that differs decides, and a row below the same with more. */
const compareRows = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? Math.sign(a.length - b.length) : Math.sign((a[at] ?? 0) - (b[at] ?? -1));
};

describe('Hackage', () => {
  const version = textOf(['1', '0', '2', '.0', '.1', '.10', '.3'], 1, 6).map((text) => text.replace(/^\./, ''));

  test('the order of the Package Versioning Policy', () => {
    expectRising(hackageKey, ['0.9', '1', '1.0', '1.0.0', '1.0.1', '1.2', '1.10', '2.0', '10']);
    for (const none of ['1.0-tag', '1.01', '1.', 'v1', '1.1000000000']) expect(hackageKey(none), none).toBeNull();
  });

  test('the keys are an order', () => expectOrder(hackageKey, version));

  test('rows of numbers', () => {
    const rows = (text: string) => (/(?:^|\.)(?:0\d|$)/.test(text) ? undefined : text.split('.').map(Number));
    const pairs = pairsOf(version, PAIRS);
    const plain = pairs.map(([a, b]) => {
      const [x, y] = [rows(a), rows(b)];
      return x && y && compareRows(x, y);
    });
    expectSame(pairs, plain, hackageKey);
  });
});

const SEMVER_LIST = [
  '1.0.0-1',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
];

const semverText = fc
  .tuple(
    fc.constantFrom('1.0.0', '1.0.1', '0.0.0', '1.2', '1.10.0', '2.0.0', '01.0.0', '1.0.0.0'),
    fc.constantFrom('', '', '-0', '-a', '-A', '-a.1', '-a.10', '-a.b', '-1', '-01', '-a-1', '--1', '-', '-1a'),
    fc.constantFrom('', '', '+1', '+2', '+10', '+a', '+a.1', '+1.a', '+'),
  )
  .map((parts) => parts.join(''));

describe('Hex', () => {
  test('the order of SemVer, clause 11', () => {
    expectRising(hexKey, [...SEMVER_LIST, ['1.0.0', '1.0.0+1'], '2.0.0', '2.1.0', '2.1.1']);
  });

  test('the keys are an order', () => expectOrder(hexKey, semverText));

  test('the same order as Version.compare, and no key where it takes none', ({ skip }) => {
    // In a module, since what is evaluated outside of one runs interpreted.
    const program = `
      defmodule Order do
        def of(line) do
          case line |> String.split(" ") |> Enum.map(&Version.parse/1) do
            [{:ok, a}, {:ok, b}] -> case Version.compare(a, b) do :lt -> "-1\\n"; :eq -> "0\\n"; :gt -> "1\\n" end
            _ -> "x\\n"
          end
        end
        def all(text), do: text |> String.split("\\n", trim: true) |> Enum.map(&of/1)
      end
      :stdio |> IO.binread(:eof) |> Order.all() |> IO.write()`;
    const pairs = pairsOf(semverText, PAIRS);
    const oracle = signsOf('elixir', ['-e', program], linesOf(pairs));
    if (oracle === undefined) return skip('skipped: elixir is not installed');
    return expectSame(pairs, oracle, hexKey);
  });
});

describe('Pub', () => {
  test('the order of pub_semver: as SemVer, and build metadata above none', () => {
    expectRising(pubKey, [
      ...SEMVER_LIST,
      '1.0.0-rc.1+build.1',
      ['1.0.0', '01.0.0'],
      '1.0.0+0.3.7',
      '1.3.7+build',
      '1.3.7+build.2.b8f12d7',
      '1.3.7+build.11.e0f985a',
      '2.0.0',
      '2.1.0',
      '2.2.0',
      '2.11.0',
      '2.11.1',
    ]);
  });

  test('what Dart reads otherwise than SemVer has no key', () => {
    for (const none of ['1.2', 'v1.0.0', '1.0.0--5', '1.0.0-0x1f', '1.0.0+0xA', `1.0.0-${'9'.repeat(19)}`, '1.0.0+'])
      expect(pubKey(none), none).toBeNull();
  });

  test('the keys are an order', () => expectOrder(pubKey, semverText));

  test('the order by the text of SemVer 2.0.0 and pub_semver', () => {
    const parse = (text: string) => {
      const form = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+([\w.]+))?$/.exec(text);
      const lists = form?.slice(4).map((one) => one?.split('.') ?? []);
      if (!form || !lists || lists.flat().some((one) => /^-\d+$/.test(one))) return undefined;
      return { core: form.slice(1, 4).map(Number), pre: lists[0] ?? [], build: lists[1] ?? [] };
    };
    const compareLists = (a: readonly string[], b: readonly string[]): number => {
      for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
        const [x, y] = [a[at], b[at]];
        if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
        const [m, n] = [Number(x), Number(y)];
        if (Number.isNaN(m) !== Number.isNaN(n)) return Number.isNaN(m) ? 1 : -1;
        if (Number.isNaN(m) ? x !== y : m !== n) return (Number.isNaN(m) ? x < y : m < n) ? -1 : 1;
      }
      return 0;
    };
    const pairs = pairsOf(semverText, PAIRS);
    const plain = pairs.map(([a, b]) => {
      const [x, y] = [parse(a), parse(b)];
      if (!x || !y) return undefined;
      const core = compareRows(x.core, y.core);
      if (core !== 0) return core;
      if ((x.pre.length === 0) !== (y.pre.length === 0)) return x.pre.length === 0 ? 1 : -1;
      return compareLists(x.pre, y.pre) || compareLists(x.build, y.build);
    });
    expectSame(pairs, plain, pubKey);
  });
});
