// Package web is what the kiosk's pages have in common: how names are shown, what a browser is told not to do, and
// how a page is kept up to date.
package web
