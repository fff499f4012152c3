// Package watch is where people and programs see what head office holds: the API under /api/v1 with its OpenAPI
// description, the pages with live updates over server-sent events, those of all events and of one ticket's life, /healthz and /metrics.
//
// It keeps nothing of its own. What those who may ask of stations goes into the store, from where it is sent. Everything
// shown is a view of the records and the latest states in the store; nothing is kept here that could disagree. The pages come in Chinese and English, are drawn on the server, and follow
// the store by themselves: whenever something of a station changes, the sections that look different now are sent
// to every page that shows them.
package watch
