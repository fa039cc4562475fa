import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'damage.title': {
    en: 'Sallyport does not start: its database is damaged',
    ru: 'Sallyport не запускается: база данных повреждена',
    kk: 'Sallyport іске қосылмайды: дерекқор бүлінген',
  },
  'damage.since': { en: 'Noticed:', ru: 'Замечено:', kk: 'Байқалды:' },
  'damage.way': {
    en: 'The administrator finds the way back on the machine: the command “sallyport doctor” names the newest backup and what to run.',
    ru: 'Администратор найдёт путь назад на самой машине: команда «sallyport doctor» называет последнюю резервную копию и что выполнить.',
    kk: 'Қайтару жолын әкімші машинаның өзінен табады: «sallyport doctor» командасы соңғы сақтық көшірмені және не орындау керегін айтады.',
  },
  'damage.again': {
    en: 'It is tried again every ten minutes. Devices keep what they have to report and send it later.',
    ru: 'Запуск повторяется каждые десять минут. Устройства хранят свои отчёты и пришлют их позже.',
    kk: 'Іске қосу әр он минут сайын қайталанады. Құрылғылар есептерін сақтап, кейін жібереді.',
  },
});
