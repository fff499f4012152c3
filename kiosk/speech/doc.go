// Package speech says calls aloud: "请 A 零 幺 二 号，到 三号窗口", "Ticket A, 0, 1, 2, please go to counter 3", after a
// chime. It needs no network: words are synthesised by the program espeak-ng (Debian's package of that name), or put
// together from a folder of recorded clips.
//
// A folder of clips holds WAV files of 16-bit PCM, mono or stereo, at 8 to 48 kHz:
//
//	chime.wav           instead of the chime that is made here
//	zh/please.wav       请
//	zh/A.wav … Z.wav    the letters, and zh/0.wav … 9.wav the digits, of a number
//	zh/to.wav           号，到
//	zh/counter-3.wav    三号窗口: one for each counter, by its id
//	en/ticket.wav       Ticket
//	en/A.wav …, en/0.wav …
//	en/please-go-to.wav please go to
//	en/counter-3.wav    counter 3
//
// Within one sentence voices are not mixed: when a clip of a language is missing, the sentence is synthesised. Without
// espeak-ng too, it is left out: the chime still sounds. Each such fault is logged once.
package speech
