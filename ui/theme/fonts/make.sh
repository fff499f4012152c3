#!/usr/bin/env bash
# Makes the fonts that are embedded into the kiosk, here beside this script, from Debian's fonts-noto-cjk:
# the Simplified Chinese face (number 2 of the collections), regular and bold, cut down to GB 2312, Latin and the
# punctuation of both; and a third, regular, with every Chinese character that the face has, for rare names. Does nothing
# when they are there and newer than the script and Debian's files.
set -eu
cd "$(dirname "$0")"

source=/usr/share/fonts/opentype/noto
simplified=2

fail() {
	echo "fonts: $1" >&2
	exit 1
}

current() {
	[ -s "$1" ] && [ "$1" -nt make.sh ] && [ "$1" -nt "$2" ]
}

runes=
for weight in Regular Bold; do
	collection=$source/NotoSansCJK-$weight.ttc
	font=lobby-$(echo "$weight" | tr '[:upper:]' '[:lower:]').otf
	[ -r "$collection" ] || fail "$collection is missing: apt-get install fonts-noto-cjk"
	if current "$font" "$collection"; then
		continue
	fi
	command -v pyftsubset >/dev/null || fail "pyftsubset is missing: apt-get install fonttools"
	command -v python3 >/dev/null || fail "python3 is missing: apt-get install python3"
	if [ -z "$runes" ]; then
		runes=$(mktemp)
		trap 'rm -f "$runes" .*.making' EXIT
		# Every character that GB 2312 can spell, printable Latin-1, and general punctuation and signs.
		python3 - >"$runes" <<-'PYTHON'
			runes = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(range(0x2010, 0x2028))
			runes |= set(map(ord, "€℃→←↑↓✓·"))
			for row in range(0xA1, 0xF8):
			    for cell in range(0xA1, 0xFF):
			        try:
			            runes.add(ord(bytes([row, cell]).decode("gb2312")))
			        except UnicodeDecodeError:
			            pass
			print(",".join("%04X" % rune for rune in sorted(runes)))
		PYTHON
	fi
	echo "fonts: making $font"
	pyftsubset "$collection" --font-number=$simplified --unicodes-file="$runes" --no-hinting \
		--layout-features=kern,mark,mkmk,ccmp,locl --output-file=".$font.making" ||
		fail "pyftsubset could not make $font from $collection"
	mv ".$font.making" "$font"
done

rare=lobby-rare.otf
if ! current "$rare" "$source/NotoSansCJK-Regular.ttc"; then
	trap 'rm -f "$runes" .*.making' EXIT
	echo "fonts: making $rare, which takes a minute"
	# Latin, punctuation, and all ideographs: Extension A, the basic ones, compatibility, Extensions B to H.
	pyftsubset "$source/NotoSansCJK-Regular.ttc" --font-number=$simplified --no-hinting \
		--unicodes="U+0020-007E,U+00A0-00FF,U+2010-2027,U+3000-303F,U+3400-9FFF,U+F900-FAFF,U+FF00-FFEF,U+20000-323AF" \
		--layout-features=kern,mark,mkmk,ccmp,locl --output-file=".$rare.making" ||
		fail "pyftsubset could not make $rare"
	mv ".$rare.making" "$rare"
fi
