package speech

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Voices of espeak-ng. In version 1.51, Debian 12's, the voice "cmn" reads the pinyin that its own dictionary finds as
// English ("king three" for 请, espeak-ng's issues 1028 and 1236); the voice that takes Latin letters for pinyin does not.
var voices = map[Language]string{Chinese: "cmn-latn-pinyin", English: "en"}

// pace is espeak-ng's words a minute, of which 175 is its ordinary: clear in a hall, and not so long that calls pile up.
var pace = map[Language]int{Chinese: 175, English: 165}

const (
	// synthesisLimit is how long one sentence may take. Measured on a 2-core machine: 15 to 40 ms.
	synthesisLimit = 3 * time.Second
	// outputLimit is the longest output taken, in bytes: 95 s of sound.
	outputLimit = 4 << 20
)

// synthesise has espeak-ng say a text. The program has ended when it returns.
func synthesise(ctx context.Context, program string, l Language, text string) (Sound, error) {
	ctx, cancel := context.WithTimeout(ctx, synthesisLimit)
	defer cancel()
	// The text goes in by the standard input, where nothing is taken for an option. -b 1: it is UTF-8.
	command := exec.CommandContext(ctx, program, "-b", "1", "-v", voices[l], "-s", strconv.Itoa(pace[l]), "--stdin", "--stdout")
	command.Stdin = strings.NewReader(text)
	var said, complaint limited
	command.Stdout, command.Stderr = &said, &complaint
	command.WaitDelay = time.Second // for what a killed program has left behind that holds its output
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		return Sound{}, fmt.Errorf("%s: %w %s", program, err, strings.TrimSpace(complaint.taken.String()))
	}
	s, err := DecodeWAV(said.taken.Bytes())
	if err != nil {
		return Sound{}, fmt.Errorf("%s: its output: %w", program, err)
	}
	if s.Silent() {
		return Sound{}, fmt.Errorf("%s: its output for %q is silence", program, text)
	}
	return s.trim().loud(), nil
}

// limited takes up to outputLimit bytes, and refuses more. It must not be an io.ReaderFrom, which would pass the limit by.
type limited struct{ taken bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	if l.taken.Len()+len(b) > outputLimit {
		return 0, errors.New("the output is too long")
	}
	return l.taken.Write(b)
}

// Voice is the voice of espeak-ng that speaks a language.
func Voice(l Language) string { return voices[l] }
