import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'settings.areas': { en: 'Areas', ru: 'Разделы', kk: 'Бөлімдер' },
  'settings.perLine': { en: 'one per line', ru: 'по одному в строке', kk: 'әр жолға біреуден' },
  'settings.range': { en: 'From {min} to {max}.', ru: 'От {min} до {max}.', kk: '{min} – {max}.' },
  'settings.save': { en: 'Save settings', ru: 'Сохранить настройки', kk: 'Баптауларды сақтау' },
  'settings.saved': {
    en: { one: '{n} setting saved.', other: '{n} settings saved.' },
    ru: {
      one: 'Сохранена {n} настройка.',
      few: 'Сохранены {n} настройки.',
      many: 'Сохранено {n} настроек.',
      other: 'Сохранены {n} настройки.',
    },
    kk: '{n} баптау сақталды.',
  },
  'settings.changed': { en: 'Changed', ru: 'Изменено', kk: 'Өзгертілген' },
  'settings.standard': { en: 'Standard: {value}.', ru: 'По умолчанию: {value}.', kk: 'Әдепкісі: {value}.' },
  'settings.safety': {
    en: 'Only a person with the right to safety settings changes it; a second person agrees where there is one.',
    ru: 'Меняет только человек с правом на настройки безопасности; второй человек соглашается, если он есть.',
    kk: 'Тек қауіпсіздік баптауларына құқығы бар адам өзгертеді; екінші адам болса, ол келіседі.',
  },
  'settings.sub': {
    en: 'Each change is a revision that can be taken back.',
    ru: 'Каждое изменение – ревизия, которую можно вернуть.',
    kk: 'Әр өзгеріс – қайтаруға болатын нұсқа.',
  },
  'setting.appliance.site-title.title': { en: 'Name of the site', ru: 'Название площадки', kk: 'Алаңның атауы' },
  'setting.appliance.site-title.help': {
    en: 'Shown under the mark. It never leaves the site.',
    ru: 'Показывается под знаком. Никогда не покидает площадку.',
    kk: 'Белгінің астында көрсетіледі. Алаңнан шықпайды.',
  },
  'setting.appliance.language.title': { en: 'Language before log-in', ru: 'Язык до входа', kk: 'Кіруге дейінгі тіл' },
  'setting.appliance.language.help': {
    en: 'Everybody can choose another one.',
    ru: 'Каждый может выбрать другой.',
    kk: 'Әркім басқасын таңдай алады.',
  },
  'setting.appliance.language.option.kk': { en: 'Қазақша', ru: 'Қазақша', kk: 'Қазақша' },
  'setting.appliance.language.option.ru': { en: 'Русский', ru: 'Русский', kk: 'Русский' },
  'setting.appliance.language.option.en': { en: 'English', ru: 'English', kk: 'English' },
  'area.devices': { en: 'Devices', ru: 'Устройства', kk: 'Құрылғылар' },
  'area.software': { en: 'Software', ru: 'Программы', kk: 'Бағдарламалар' },
  'area.vulnerabilities': { en: 'Vulnerabilities', ru: 'Уязвимости', kk: 'Осалдықтар' },
  'area.updates': { en: 'Updates', ru: 'Обновления', kk: 'Жаңартулар' },
  'area.deployments': { en: 'Deployments', ru: 'Развёртывания', kk: 'Тарату' },
  'area.exchange': { en: 'Exchange', ru: 'Обмен', kk: 'Алмасу' },
  'area.events': { en: 'Events', ru: 'События', kk: 'Оқиғалар' },
  'area.accounts': { en: 'Accounts', ru: 'Учётные записи', kk: 'Есептік жазбалар' },
  'area.safety': { en: 'Safety settings', ru: 'Настройки безопасности', kk: 'Қауіпсіздік баптаулары' },
  'area.settings': { en: 'Settings', ru: 'Настройки', kk: 'Баптаулар' },
  'area.provision': { en: 'Data provision', ru: 'Реестр данных', kk: 'Деректер тізілімі' },
  'settings.unit.bytes': { en: 'bytes', ru: 'байт', kk: 'байт' },
  'settings.unit.seconds': { en: 'seconds', ru: 'секунд', kk: 'секунд' },
  'settings.unit.minutes': { en: 'minutes', ru: 'минут', kk: 'минут' },
  'settings.unit.hours': { en: 'hours', ru: 'часов', kk: 'сағат' },
  'settings.unit.days': { en: 'days', ru: 'дней', kk: 'күн' },

  'nav.settings': { en: 'Settings', ru: 'Настройки', kk: 'Баптаулар' },

  'toast.settings': {
    en: { one: '{n} setting changed', other: '{n} settings changed' },
    ru: {
      one: 'Изменена {n} настройка',
      few: 'Изменены {n} настройки',
      many: 'Изменено {n} настроек',
      other: 'Изменено {n} настройки',
    },
    kk: '{n} баптау өзгертілді',
  },
  'toast.settingsWait': {
    en: { one: '{n} setting waits for a second person', other: '{n} settings wait for a second person' },
    ru: {
      one: '{n} настройка ждёт второго человека',
      few: '{n} настройки ждут второго человека',
      many: '{n} настроек ждут второго человека',
      other: '{n} настройки ждут второго человека',
    },
    kk: '{n} баптау екінші адамды күтеді',
  },
});
