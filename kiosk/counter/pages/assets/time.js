// Time as the kiosk has it: a counter's own clock may be wrong, and so may its time zone.

import { page } from "./page.js";

let behind = 0; // ms to add to our clock to get the kiosk's

/** setNow takes the kiosk's time. */
export function setNow(text) {
  behind = Date.parse(text) - Date.now();
}

export const now = () => Date.now() + behind;

/** ahead is by how many ms the station's time of day is ahead of UTC at that time, also after the clocks change next. */
function ahead(at) {
  const { offset, until, next } = page.zone;
  return (until && at >= Date.parse(until) ? next : offset) * 1000;
}

/** since and till are seconds, never negative. */
export const since = (text) => Math.max(0, Math.floor((now() - Date.parse(text)) / 1000));
export const till = (text) => Math.max(0, Math.ceil((Date.parse(text) - now()) / 1000));

const two = (n) => String(n).padStart(2, "0");

/** clock writes seconds as 04:05 or 1:04:05. */
export function clock(seconds) {
  const total = Math.max(0, Math.round(seconds));
  const h = Math.floor(total / 3600), m = Math.floor(total / 60) % 60, s = total % 60;
  return h > 0 ? h + ":" + two(m) + ":" + two(s) : two(m) + ":" + two(s);
}

/** timeOfDay writes a time, in ms or as text, as 08:30 in the station's zone; with seconds as 08:30:05. */
export function timeOfDay(time, seconds = false) {
  const utc = typeof time === "number" ? time : Date.parse(time);
  const at = new Date(utc + ahead(utc));
  const text = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
  return seconds ? text + ":" + two(at.getUTCSeconds()) : text;
}

/** today is the date here, as 2026-11-23. */
export const today = () => new Date(now() + ahead(now())).toISOString().slice(0, 10);

/** at is the time, in UTC, of a time of day (08:30) on a date here. */
export function at(date, timeOfDay) {
  const utc = Date.parse(date + "T" + timeOfDay + ":00Z");
  return new Date(utc - ahead(utc - ahead(utc))).toISOString();
}

/** dayAndTime writes a time of today as 08:30, and others as 11-29 08:30. */
export function dayAndTime(text) {
  const utc = Date.parse(text);
  const date = new Date(utc + ahead(utc)).toISOString().slice(0, 10);
  return (date === today() ? "" : date.slice(5) + " ") + timeOfDay(utc);
}
