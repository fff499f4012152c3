// Package contactsheet leads a customer through every screen of the lobby, the shell's and those of all flows, as people
// see them. Its tests hold what must be true of each; with STATIONKEEPER_SHEETS set to a folder (make contact-sheet), each
// is drawn, in both languages and every look, and joined into sheets with a label under each picture.
package contactsheet
