// Package watch is where people and programs see what head office holds: the API under /api/v1 with its OpenAPI
// description, the pages with live updates over server-sent events, /healthz and /metrics.
//
// It only reads. Everything shown is a view of the records and the latest states in the store; nothing is kept
// here that could disagree with them. The pages come in Chinese and English, are drawn on the server, and follow
// the store by themselves: whenever something of a station changes, the sections that look different now are sent
// to every page that shows them.
package watch
