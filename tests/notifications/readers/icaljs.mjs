// Reads a feed as Thunderbird does: prints [uid, start, end, status, summary, location] of each event, in UTC.
import fs from 'node:fs';
import ICAL from 'ical.js';

const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], 'utf8')));
const zones = calendar.getAllSubcomponents('vtimezone').length;
const seconds = (time) => time.toJSDate().toISOString().replace('.000Z', '+00:00');
const rows = calendar.getAllSubcomponents('vevent').map((component) => {
  const event = new ICAL.Event(component);
  const status = component.getFirstPropertyValue('status');
  return [event.uid, seconds(event.startDate), seconds(event.endDate), status, event.summary, event.location];
});
console.log(JSON.stringify({ name: calendar.getFirstPropertyValue('name'), zones, rows }));
