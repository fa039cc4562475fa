import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'trends.title': { en: 'Trends', ru: 'Динамика', kk: 'Динамика' },
  'trends.table': { en: 'Day by day', ru: 'По дням', kk: 'Күндер бойынша' },
  'trends.day': { en: 'Day', ru: 'День', kk: 'Күн' },
  'trends.period': { en: 'Period', ru: 'Период', kk: 'Кезең' },
  'trends.list': { en: 'Now', ru: 'Сейчас', kk: 'Қазір' },
  'trends.lastDays': {
    en: { one: '{n} day', other: '{n} days' },
    ru: { one: '{n} день', few: '{n} дня', many: '{n} дней', other: '{n} дня' },
    kk: '{n} күн',
  },
  'trends.days': { en: '{n}\u00a0d', ru: '{n}\u00a0дн.', kk: '{n}\u00a0күн' },
  'trends.since': {
    en: 'Kept since {at}. Of the last {days} days kept: {kept}.',
    ru: 'Ведётся с {at}. За период дней: {days}, из них записано: {kept}.',
    kk: '{at} бастап жазылады. Кезеңде күн: {days}, жазылғаны: {kept}.',
  },
  'trends.sinceNever': { en: 'No day kept yet', ru: 'Ещё ни дня не записано', kk: 'Әзірге бірде-бір күн жазылмаған' },
  'trends.sinceNeverWhy': {
    en: 'The appliance measures every three hours and keeps the last value of each day.',
    ru: 'Сервер измеряет каждые три часа и сохраняет последнее значение каждого дня.',
    kk: 'Сервер әр үш сағат сайын өлшеп, әр күннің соңғы мәнін сақтайды.',
  },
  'trends.none': {
    en: 'Nothing here that your role may see',
    ru: 'Нет показателей, доступных вашей роли',
    kk: 'Сіздің рөліңізге қолжетімді көрсеткіш жоқ',
  },
  'trends.noneWhy': {
    en: 'Figures are kept of the whole site. A role over a part of it does not show them.',
    ru: 'Показатели ведутся по всей площадке. Роль на её часть их не открывает.',
    kk: 'Көрсеткіштер бүкіл алаң бойынша жүргізіледі. Оның бір бөлігіне арналған рөл оларды ашпайды.',
  },
  'trends.notKept': { en: 'not kept', ru: 'не записано', kk: 'жазылмаған' },
  'trends.nothing': { en: 'nothing to measure', ru: 'нечего измерять', kk: 'өлшейтін ештеңе жоқ' },
  'trends.notKeptYet': {
    en: 'No day of this period was kept.',
    ru: 'За этот период не записано ни дня.',
    kk: 'Бұл кезеңде бірде-бір күн жазылмаған.',
  },
  'trends.nothingYet': {
    en: 'On no day of this period was there anything to measure.',
    ru: 'За этот период измерять было нечего.',
    kk: 'Бұл кезеңде өлшейтін ештеңе болмады.',
  },
  'trends.words': {
    en: 'Of {days} days {kept} have a value: first {first}, last {last}, least {least}, most {most}.',
    ru: 'Дней: {days}, со значением: {kept}. Первое {first}, последнее {last}, наименьшее {least}, наибольшее {most}.',
    kk: 'Күн: {days}, мәні бары: {kept}. Біріншісі {first}, соңғысы {last}, ең азы {least}, ең көбі {most}.',
  },
  'trends.dateInDoubt': { en: 'date in doubt', ru: 'дата под сомнением', kk: 'күні күмәнді' },
  'trends.inDoubt': {
    en: 'Days with a date in doubt: {days}.',
    ru: 'Дней, дата которых под сомнением: {days}.',
    kk: 'Күні күмәнді жазбалар: {days}.',
  },
  'trends.inDoubtWhy': {
    en: 'Days with a date in doubt: {days}. The clock was in doubt when they were measured, or was set back since: their values may be of other days.',
    ru: 'Дней, дата которых под сомнением: {days}. Когда они измерялись, часы были под сомнением, или с тех пор их перевели назад: значения могут относиться к другим дням.',
    kk: 'Күні күмәнді жазбалар: {days}. Өлшеу кезінде сағат күмәнді болған немесе содан бері кері қойылған: мәндер басқа күндерге қатысты болуы мүмкін.',
  },
  'trends.ago': {
    en: 'was {first}, days ago: {days}',
    ru: 'было {first}, дней назад: {days}',
    kk: '{days} күн бұрын {first} болды',
  },
  'trends.act-open': {
    en: 'Open findings: Act',
    ru: 'Открытые уязвимости: действовать',
    kk: 'Ашық осалдықтар: әрекет ету',
  },
  'trends.act-open.how': {
    en: 'Findings on devices that call for action, at the end of the day. Devices that are not judged are not counted here.',
    ru: 'Уязвимости на устройствах, требующие действия, на конец дня. Устройства, которые не оценены, здесь не учтены.',
    kk: 'Күн соңындағы әрекет етуді талап ететін құрылғылардағы осалдықтар. Бағаланбаған құрылғылар мұнда есептелмеген.',
  },
  'trends.act-days-to-fix': {
    en: 'Days to fix Act',
    ru: 'Дней до исправления «Действовать»',
    kk: '«Әрекет ету» түзетілгенге дейінгі күн',
  },
  'trends.act-days-to-fix.how': {
    en: 'The median of how long such findings were open, of those that the inventory closed in the 30 days before.',
    ru: 'Медиана: сколько были открыты такие уязвимости, из закрытых инвентаризацией за предыдущие 30 дней.',
    kk: 'Медиана: алдыңғы 30 күнде түгендеу жапқан осындай осалдықтар қанша уақыт ашық тұрды.',
  },
  'trends.devices-heard': {
    en: 'Devices seen in a day',
    ru: 'Устройства, бывшие на связи за сутки',
    kk: 'Тәулікте байланыста болған құрылғылар',
  },
  'trends.devices-heard.how': {
    en: 'The share of managed devices that something was heard of within 24 hours.',
    ru: 'Доля управляемых устройств, от которых были сведения за 24 часа.',
    kk: '24 сағатта хабар келген басқарылатын құрылғылардың үлесі.',
  },
  'trends.oldest-advisories': {
    en: 'Age of the oldest advisories',
    ru: 'Возраст старейших бюллетеней',
    kk: 'Ең ескі бюллетеньнің жасы',
  },
  'trends.oldest-advisories.how': {
    en: 'Days since the newest advisory of the source that is furthest behind.',
    ru: 'Дней с последнего бюллетеня самого отставшего источника.',
    kk: 'Ең артта қалған көздің соңғы бюллетенінен бергі күн.',
  },
});
