package complaint

import "strings"

// plausible tells whether digits can be a telephone number that a station calls back: of a mobile phone, eleven digits
// from 13 on; of a fixed line, seven or eight digits, or with its area code ten to twelve that begin with a single 0; one
// of a company, ten from 400 or 800; or one abroad, with 00 before its country code. So are mainland China's numbers
// made (numbering plan of the telecommunication networks, 2017). No digits at all are plausible: nobody has to be called.
func plausible(digits string) bool {
	n := len(digits)
	switch {
	case digits == "":
		return true
	case strings.Trim(digits, digits[:1]) == "": // one digit all along
		return false
	case strings.HasPrefix(digits, "00"):
		return n >= 10 && n <= longest && digits[2] != '0'
	case digits[0] == '0':
		return n >= 10 && n <= 12
	case strings.HasPrefix(digits, "400"), strings.HasPrefix(digits, "800"):
		return n == 10
	case digits[0] == '1':
		return n == 11 && digits[1] >= '3'
	}
	return n == 7 || n == 8
}

// mayBecome tells whether more digits may make a number plausible: nobody is told that a number is wrong in the middle of
// typing it.
func mayBecome(digits string) bool {
	for n := 1; len(digits)+n <= 12; n++ {
		if plausible(digits + strings.Repeat("7", n)) {
			return true
		}
	}
	return false
}
