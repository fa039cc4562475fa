import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../../test/support/engines.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';

// Names of computers, each with packages of Debian that hold it as a word and that no other computer of the site has.
const COMPUTERS: ReadonlyArray<readonly [string, string]> = [
  ['control', 'ltt-control ykush-control octave-control'],
  ['storage', 'fai-setup-storage containers-storage haskell-io-storage'],
  ['media', 'mate-media ukui-media media-types'],
  ['engine', 'spf-engine cura-engine engine-mode'],
  ['terminal', 'fte-terminal terminal.app mate-terminal'],
  ['video', 'kylin-video junior-video octave-video'],
  ['audio', 'gnome-audio octave-audio angband-audio'],
  ['session', 'elpa-session lxqt-session emacs-session'],
  ['power', 'python3-power rpi-bad-power power-calibrate'],
  ['disk', 'disk-filltest gnome-disk-utility rust-usb-disk-probe'],
  ['shell', 'ow-shell wf-shell felix-shell'],
  ['screen', 'screen-message ruby-tty-screen deepin-screen-recorder'],
  ['time', 'rust-time jinja2-time time-decode'],
  ['color', 'node-color ruby-color color-picker'],
  ['key', 'key-mapper volume-key key-chord-el'],
  ['plugin', 'pd-plugin vlc-plugin-qt eog-plugin-map'],
  ['input', 'input-pad rust-input input-utils'],
  ['archive', 'autoconf-archive ruby-archive-zip rust-gix-archive'],
  ['settings', 'xfce4-settings nvidia-settings plasma-settings'],
  ['remote', 'remote-tty git-remote-hg podman-remote'],
  ['writer', 'rust-dot-writer gnome-multi-writer libpdf-writer-perl'],
  ['calc', 'calc-dev mate-calc calc-common'],
  ['press', 'sphinx-press-theme python3-sphinx-press-theme'],
  ['filter', 'units-filter django-filter maildir-filter'],
  ['driver', 'vpb-driver nvidia-driver ptouch-driver'],
  ['scan', 'w-scan arp-scan ike-scan'],
  ['theme', 'theme-d arc-theme yaru-theme'],
  ['icon', 'icon-ipl xmms2-icon fusion-icon'],
  ['font', 'font-viewer font-manager php-font-lib'],
  ['runtime', 'lam-runtime vim-runtime llvm-runtime'],
  ['panel', 'lxqt-panel mate-panel ukui-panel'],
  ['pump', 'node-pump distcc-pump'],
  ['mixer', 'jack-mixer libsdl2-mixer ffado-mixer-qt4'],
  ['line', 'rust-line-col rust-line-wrap smart-mode-line'],
  ['cell', 'rust-once-cell rust-self-cell libapp-cell-perl'],
  ['gate', 'gemrb-baldurs-gate gemrb-baldurs-gate-2 gemrb-baldurs-gate-data'],
  ['ubuntu', 'fonts-ubuntu ubuntu-keyring ubuntu-dev-tools'],
  ['noble', 'shiki-noble-theme gnome-noble-icon-theme'],
  ['fedora', 'cmake-fedora python-fedora python3-fedora'],
  ['arch', 'arch-test rust-safe-arch rust-yaxpeax-arch'],
  ['mint', 'rust-mint mint-y-icons librust-mint-dev'],
  ['kali', 'speech-dispatcher-kali'],
  ['a', 'a-el elpa-a hex-a-hop'],
  ['x', 'el-x cpu-x lirc-x'],
  ['4', 'lua5.4 php8.4 fltk1.4'],
  ['2024', 'libvotca-2024'],
  // In versions and in what names the system.
  ['60', 'tzdata'],
  ['365', 'libmagic1t64'],
  ['beta', 'xterm'],
  ['leap', 'gnome-terminal-data'],
];

describe('computers with awkward names', () => {
  let site: Introduced['site'];
  let medium: string;
  beforeEach(async () => {
    ({ site, medium } = await introduced());
  });
  afterEach(() => site.stop());

  const fill = (more: (name: string) => string[] = () => []): void => {
    const report = reporter(site.inventory);
    for (const [n, [name, packages]] of COMPUTERS.entries()) {
      const isLeap = name === 'leap';
      report(n + 1, 'identity', [{ name }]);
      report(n + 1, 'platform', [isLeap ? { ...debian13, vendor: 'opensuse-leap', release: '15.6' } : debian13]);
      // A version of its own, so that no other computer explains it.
      const version = `1.${n}.60-365~beta+2024a`;
      report(
        n + 1,
        'software',
        [...packages.split(' '), ...more(name)].map((one) => deb(one, version)),
      );
    }
  };

  it('write their requests', () => {
    fill();
    expect(COMPUTERS).toHaveLength(50);
    expect(site.exchange.preview().leakScan.leaks).toEqual([]);
    expect(site.exchange.exportRequest(admin, medium).number).toBe(1);
  });

  it('are still found where they name something of the site', () => {
    // Each has a package of the site that was named after it.
    fill((name) => [`agent-${name}-config`]);
    const report = reporter(site.inventory);
    report(51, 'platform', [{ ...debian13, suites: ['trixie', 'control-line7'] }]);
    report(51, 'identity', [{ name: 'line7' }]);
    report(51, 'software', [
      deb('gnome-terminal', '1.0-1~line7'),
      { type: 'generic', name: 'hmi', version: '1', purl: 'pkg:generic/line7/gnome-terminal@1' },
      { type: 'npm', name: 'x', version: '1', purl: 'pkg:npm/@line7/gnome-terminal@1' },
      { type: 'generic', name: 'hmi', version: '2', purl: 'pkg:generic/hmi@2+line7' },
    ]);
    const leaks = site.exchange.preview().leakScan.leaks;
    const found = new Set(leaks.map(({ value }) => value));
    // Names of one or two signs, short numbers and what systems are commonly called say nothing in any package.
    const isCommon = (name: string) => /^(?:..?|\d+|ubuntu|noble|fedora)$/.test(name);
    expect(COMPUTERS.map(([name]) => name).filter((name) => !found.has(name) && !isCommon(name))).toEqual([]);
    const texts = leaks.filter(({ value }) => value === 'line7').map(({ text }) => text);
    expect(texts.sort()).toEqual([
      '1.0-1~line7',
      'control-line7',
      'pkg:generic/hmi@2+line7',
      'pkg:generic/line7/gnome-terminal@1',
      'pkg:npm/%40line7/gnome-terminal@1',
    ]);
    expect(() => site.exchange.exportRequest(admin, medium)).toThrow(expect.objectContaining({ code: 'FINDINGS' }));
  });
});
