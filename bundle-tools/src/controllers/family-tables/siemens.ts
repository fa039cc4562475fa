import type { Family } from './family.ts';

// Numbers of Siemens: 6ES7 SIMATIC, 6GK5 SCALANCE, 6GK7 communication processors, 6ED1 LOGO!, 6AG1 SIPLUS (looked up as the
// device that it is built from).

const vendor = 'Siemens';

const s7: readonly Family[] = [
  {
    vendor,
    name: 'SIMATIC S7-1500',
    orders: /^6ES7(?:51[1-8]-(?!2[PG][NL]|1[DS]|2[DSVW]N))/,
    models: /^(?:SIMATIC )?(?:S7-1500 )?(?:CPU ?)?15(?:1[1-8])(?:[CFRTHU]{1,2})?-\d (?:PN|C )|^S7-1500\b/,
    aliases: ['S7-1500', 'S7-1500 CPU'],
  },
  {
    vendor,
    name: 'SIMATIC ET 200SP CPU',
    isUnnamed: true,
    orders: /^6ES7(?:510-1|512-1[DS]|514-2[DSVW]N)/,
    models: /^(?:SIMATIC )?(?:ET ?200SP )?(?:CPU ?)?151[024]SP/,
  },
  {
    vendor,
    name: 'SIMATIC ET 200pro CPU (S7-1500)',
    orders: /^6ES751[36]-2[PG][NL]/,
    models: /^(?:SIMATIC )?(?:ET ?200PRO:? ?)?(?:CPU ?)?151[36]PRO/,
  },
  {
    vendor,
    name: 'SIMATIC ET 200SP Open Controller',
    orders: /^6ES7677-2/,
    models: /1515SP PC/,
    aliases: ['SIMATIC ET 200SP Open Controller CPU 1515SP PC', 'ET 200SP Open Controller'],
  },
  {
    vendor,
    name: 'SIMATIC ET 200SP Open Controller CPU 1515SP PC2',
    orders: /^6ES7677-2(?:DB4|SB4|DB5)/,
    models: /1515SP PC2/,
  },
  { vendor, name: 'SIMATIC S7-1500 Software Controller', orders: /^6ES7672-/, models: /150[78]S\b/ },
  { vendor, name: 'SIMATIC Drive Controller', orders: /^6ES7615-/, models: /150[47]D/ },
  {
    vendor,
    name: 'SIMATIC S7-1200',
    orders: /^6ES721[1-7]-\d[A-Z]{2}(?:3[0-9]|4[0-9])/,
    models: /^(?:SIMATIC )?(?:S7-1200 )?(?:CPU ?)?121[1-7](?:F?C|FC|C) |^(?:CPU ?)?121[1-7]F?C\b|^S7-1200\b/,
    aliases: ['S7-1200', 'SIMATIC S7-1200 CPU', 'SIMATIC S7-1200 CPU V4', 'SIMATIC S7-1200 CPU version 4'],
  },
  { vendor, name: 'SIMATIC S7-200 SMART', orders: /^6ES7288-/, models: /S7-200 SMART/ },
  {
    vendor,
    name: 'SIMATIC S7-200',
    orders: /^6ES721[1-6]-\d[A-Z]{2}[0-2]\d/,
    models: /^(?:SIMATIC )?S7-200$|^CPU ?22[1246]/,
  },
  {
    vendor,
    name: 'SIMATIC S7-300',
    orders: /^6ES731[2-9]-/,
    models: /^(?:SIMATIC )?(?:S7-300 )?(?:CPU ?)?31[2-9](?:T|F|C|IFM|TF|FM)?\b|^S7-300\b/,
    aliases: ['S7-300', 'SIMATIC S7-300 CPU'],
  },
  {
    vendor,
    name: 'SIMATIC ET 200 CPU (S7-300)',
    orders: /^6ES715(?:1-[78]|4-8)/,
    models: /^(?:SIMATIC )?(?:ET ?200(?:S|PRO) )?IM ?15(?:1-[78]|4-8)/,
  },
  {
    vendor,
    name: 'SIMATIC S7-400',
    orders: /^6ES741[2-8]-/,
    models: /^(?:SIMATIC )?(?:S7-400 )?(?:CPU ?)?41[2-8](?:F|H|FH)?-\d|^S7-400\b/,
    aliases: ['S7-400', 'SIMATIC S7-400 CPU'],
  },
  { vendor, name: 'SIMATIC S7-400 PN/DP V7', orders: /^6ES741[246]-\d[EF][A-Z]07/ },
  { vendor, name: 'SIMATIC S7-400 PN/DP V6', orders: /^6ES741[246]-\d[EF][A-Z]06/ },
  { vendor, name: 'SIMATIC S7-400 H V6', orders: /^6ES741[2467]-5H[A-Z]06/, aliases: ['SIMATIC S7-400H V6'] },
  { vendor, name: 'SIMATIC S7-400 H', orders: /^6ES741[2467]-\dH/, models: /^CPU ?41[2467]-5H/ },
  { vendor, name: 'SIMATIC S7-410', orders: /^6ES7410-5H/, models: /^(?:SIMATIC )?(?:S7-400 )?CPU ?410/ },
  { vendor, name: 'SIMATIC S7-410 V8', orders: /^6ES7410-5H[A-Z]08/ },
  { vendor, name: 'SIMATIC S7-410 V10', orders: /^6ES7410-5H[A-Z]1\d/ },
  {
    vendor,
    name: 'SIMATIC WinAC RTX',
    orders: /^6ES7671-/,
    aliases: ['SIMATIC WinAC RTX 2010', 'SIMATIC WinAC RTX (F) 2010'],
  },
  {
    vendor,
    name: 'LOGO! 8',
    orders: /^6ED1052-\d[A-Z]{2}08/,
    models: /^LOGO! ?8/,
    aliases: ['LOGO! 8 BM', 'LOGO!8', 'LOGO!8 BM', 'SIEMENS LOGO!8'],
  },
  { vendor, name: 'LOGO!', orders: /^6ED1052-/, models: /^LOGO!/ },
];

const remote: readonly Family[] = [
  { vendor, name: 'SIMATIC ET200M', orders: /^6ES7153-/, aliases: ['SIMATIC ET 200M'] },
  { vendor, name: 'SIMATIC ET200S', orders: /^6ES7151-[1-6]/, aliases: ['SIMATIC ET 200S'] },
  { vendor, name: 'SIMATIC ET200SP', orders: /^6ES7155-6/, models: /IM ?155-6/ },
  { vendor, name: 'SIMATIC ET200MP', orders: /^6ES7155-5/, models: /IM ?155-5/ },
  {
    vendor,
    name: 'SIMATIC ET200pro',
    orders: /^6ES7154-[1-7]/,
    models: /IM ?154-[1-7]/,
    aliases: ['SIMATIC ET 200pro'],
  },
  { vendor, name: 'SIMATIC ET200AL', orders: /^6ES7157-1/, models: /IM ?157-1/, aliases: ['SIMATIC ET 200AL'] },
  {
    vendor,
    name: 'SIMATIC ET200ecoPN',
    orders: /^6ES714\d-6/,
    aliases: ['SIMATIC ET 200ecoPN', 'SIMATIC ET200eco PN'],
  },
  { vendor, name: 'SIMATIC PN/PN Coupler', orders: /^6ES7158-3A/ },
  { vendor, name: 'SIMATIC CFU PA', orders: /^6ES7655-5PX/, aliases: ['SIMATIC Compact Field Unit'] },
];

const communication: readonly Family[] = [
  { vendor, name: 'SIMATIC CP 343-1', orders: /^6GK7343-1EX/, models: /^CP ?343-1$/ },
  { vendor, name: 'SIMATIC CP 343-1 Advanced', orders: /^6GK7343-1GX/, models: /CP ?343-1 ADV/ },
  { vendor, name: 'SIMATIC CP 343-1 Lean', orders: /^6GK7343-1CX/, models: /CP ?343-1 LEAN/ },
  { vendor, name: 'SIMATIC CP 443-1', orders: /^6GK7443-1EX/, models: /^CP ?443-1$/ },
  { vendor, name: 'SIMATIC CP 443-1 Advanced', orders: /^6GK7443-1GX/, models: /CP ?443-1 ADV/ },
  { vendor, name: 'SIMATIC CP 443-1 OPC UA', orders: /^6GK7443-1UX/, models: /CP ?443-1 OPC/ },
  { vendor, name: 'SIMATIC CP 443-1 RNA', orders: /^6GK7443-1RX/, aliases: ['SIMATIC CP 44x-1 RNA'] },
  { vendor, name: 'SIMATIC CP 442-1 RNA', orders: /^6GK7442-1RX/, aliases: ['SIMATIC CP 44x-1 RNA'] },
  {
    vendor,
    name: 'SIMATIC CP 1242-7 V2',
    orders: /^6GK7242-7KX31/,
    aliases: ['SIMATIC CP 1242-7 GPRS V2', 'SIMATIC CP 1242-7', 'SIPLUS NET CP 1242-7 V2'],
  },
  {
    vendor,
    name: 'SIMATIC CP 1243-1',
    orders: /^6GK7243-1BX/,
    models: /CP ?1243-1$/,
    aliases: ['SIPLUS S7-1200 CP 1243-1'],
  },
  {
    vendor,
    name: 'SIMATIC CP 1243-7 LTE',
    orders: /^6GK7243-7[KS]X/,
    aliases: ['SIMATIC CP 1243-7 LTE/US', 'SIMATIC CP 1243-7 LTE EU', 'SIMATIC CP 1243-7 LTE US'],
  },
  { vendor, name: 'SIMATIC CP 1243-8 IRC', orders: /^6GK7243-8RX/, aliases: ['SIMATIC CP 1243-8'] },
  { vendor, name: 'SIMATIC CP 1542SP-1', orders: /^6GK7542-6UX/ },
  { vendor, name: 'SIMATIC CP 1542SP-1 IRC', orders: /^6GK7542-6VX/ },
  { vendor, name: 'SIMATIC CP 1543SP-1', orders: /^6GK7543-6WX/ },
  {
    vendor,
    name: 'SIMATIC CP 1543-1',
    orders: /^6GK7543-1AX/,
    models: /CP ?1543-1$/,
    aliases: ['SIPLUS NET CP 1543-1'],
  },
  { vendor, name: 'SIMATIC CP 1545-1', orders: /^6GK7545-1GX/, models: /CP ?1545-1$/ },
  { vendor, name: 'SIMATIC CM 1542-1', orders: /^6GK7542-1AX/, models: /CM ?1542-1$/ },
  { vendor, name: 'TIM 1531 IRC', orders: /^6GK7543-1MX/, models: /TIM ?1531/, aliases: ['SIMATIC TIM 1531 IRC'] },
];

const scalance: readonly Family[] = [
  {
    vendor,
    name: 'SCALANCE X-200',
    orders: /^6GK52(?:0[4-8]|1[26]|24)-\d[A-Z]{2}\d\d-2AA3/,
    models: /^SCALANCE X2(?:0[468]|1[26]|24)(?:-\d|PRO|$)/,
    aliases: ['SCALANCE X-200 switch'],
  },
  {
    vendor,
    name: 'SCALANCE X-200IRT',
    orders: /^6GK52\d\d-\d[A-Z]{2}\d\d-2BA[36]/,
    models: /^SCALANCE X[F]?20\d-?\d?P? ?IRT/,
    aliases: ['SCALANCE X-200IRT switch', 'SCALANCE X200IRT'],
  },
  { vendor, name: 'SCALANCE X-200RNA', orders: /^6GK5204-0BA00-2[KM]B2/, aliases: ['SCALANCE X-200RNA switch'] },
  {
    vendor,
    name: 'SCALANCE X-300',
    orders: /^6GK53(?:0\d|10|20)-|^6GK5324-[04][A-Z]{2}[01]\d-(?!\dAR3)|^6GK5408-2/,
    models: /^SCALANCE X(?:3\d\d|408)/,
    aliases: ['SCALANCE X-300 switch', 'SCALANCE X300'],
  },
  { vendor, name: 'SCALANCE XB-200', orders: /^6GK52\d\d-\d[A-Z]{2}\d\d-2[AT]B2/, models: /^SCALANCE XB2/ },
  { vendor, name: 'SCALANCE XC-200', orders: /^6GK52\d\d-\d[A-Z]{2}\d\d-[25][AFGT]C2/, models: /^SCALANCE XC2/ },
  {
    vendor,
    name: 'SCALANCE XF-200BA',
    orders: /^6GK5204-[02](?:AA|YG)\d\d-2[GY]F2|^6GK5204-2AA00-2GF2/,
    models: /^SCALANCE XF20\d-?\d?BA/,
  },
  { vendor, name: 'SCALANCE XP-200', orders: /^6GK52\d\d-\d[A-Z]{2}\d\d-\d[AETF]S6/, models: /^SCALANCE XP2/ },
  {
    vendor,
    name: 'SCALANCE XR-300WG',
    orders: /^6GK532[48]-\d[A-Z]{2}\d\d-\d[ART]R3/,
    models: /^SCALANCE XR32[48].*WG/,
    aliases: ['SCALANCE XR300-WG'],
  },
  {
    vendor,
    name: 'SCALANCE XM-400',
    orders: /^6GK54(?:08|16)-[48]/,
    models: /^SCALANCE XM4/,
    aliases: ['SCALANCE XM400'],
  },
  {
    vendor,
    name: 'SCALANCE XR-500',
    orders: /^6GK55(?:2[468]|52)-/,
    models: /^SCALANCE XR5/,
    aliases: ['SCALANCE XR500'],
  },
  { vendor, name: 'SCALANCE SC-600', orders: /^6GK56[2-4]\d-[23]GS/, models: /^SCALANCE SC6/ },
  { vendor, name: 'SCALANCE S615', orders: /^6GK5615-/, models: /^SCALANCE S615/ },
  {
    vendor,
    name: 'SCALANCE M-800',
    orders: /^6GK58(?:04|12|16|26|7[4-6]|56)-/,
    models: /^SCALANCE MU?M?8/,
    aliases: ['SCALANCE M-800 / S615', 'SCALANCE M800'],
  },
  {
    vendor,
    name: 'SCALANCE W-700',
    orders: /^6GK57(?:2[12]|3[48]|48-1[FG][CY]?[0-9]0|61|74|78|86|88)-/,
    models: /^SCALANCE W7/,
    aliases: ['SCALANCE W700', 'SCALANCE W-700 IEEE 802.11n', 'SCALANCE W-700 (IEEE 802.11n)'],
  },
  {
    vendor,
    name: 'SCALANCE W-1700',
    orders: /^6GK57(?:48|88)-\d[A-Z]{2}01/,
    models: /^SCALANCE W17(?:48|88)/,
    aliases: ['SCALANCE W1700', 'SCALANCE W-1700 IEEE 802.11ac', 'SCALANCE W1700 IEEE 802.11ac'],
  },
  { vendor, name: 'SCALANCE W1750D', orders: /^6GK5750-/, models: /^SCALANCE W1750D/ },
];

const others: readonly Family[] = [
  { vendor, name: 'SIPROTEC 5', models: /^(?:SIPROTEC 5 )?[67][A-Z]{2}8\d\b/ },
  { vendor, name: 'SIPROTEC 4', models: /^(?:SIPROTEC 4 )?7[A-Z]{2}6\d\b/ },
  { vendor, name: 'SIMOTION', orders: /^6AU1/, models: /^SIMOTION/ },
  { vendor, name: 'SINAMICS S120', orders: /^6SL3040-/, models: /^(?:SINAMICS )?S120/ },
  { vendor, name: 'SINUMERIK 840D sl', models: /840D ?SL/ },
  { vendor, name: 'SINUMERIK 828D', models: /828D/ },
  { vendor, name: 'SINUMERIK ONE', models: /SINUMERIK ONE/ },
  { vendor, name: 'SIMOCODE pro V PROFINET', orders: /^3UF7011-1/, aliases: ['SIMOCODE pro V PN'] },
  {
    vendor,
    name: 'RUGGEDCOM ROS',
    models: /^(?:RUGGEDCOM )?(?:ROS )?(?:I80[0-3]|M\d{3,4}|RMC\d*|RP110|RS\d{3,4}|RSG\d|RSL910|RST)/,
  },
  { vendor, name: 'RUGGEDCOM ROX', models: /^(?:RUGGEDCOM )?(?:ROX )?(?:MX5000|RX1[45]\d\d|RX5000)/ },
];

export const siemensFamilies: readonly Family[] = [...s7, ...remote, ...communication, ...scalance, ...others];
