package main

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/lifecycle"
	"stationkeeper/kiosk/staff"
)

const rosterUsage = `Usage: kiosk staff hash < PIN
       kiosk staff card --key FILE < NUMBERS
       kiosk staff check FILE

For the roster of those who work at the counters (staff_file, or head office's document "staff"). Nothing is stored.

  hash   hash a PIN for "pin": the first line of the input, 4 to 12 digits; at a terminal it is not shown
  card   hash the numbers of badges for "card", one a line as the reader types them, with the station's key
  check  read a roster and say what is wrong with it

  --key FILE  the station's key (staff_key_file); make one with: openssl rand -hex 32
`

// errAsked is wrapped when the command is not understood.
var errAsked = errors.New("not understood")

// hashing is the command with which a roster is made.
func hashing() lifecycle.Aside {
	return lifecycle.Aside{
		Name: "staff", Help: "hash PINs and badges for the roster, and check it",
		Do: func(args []string, stdout, stderr io.Writer) int { return makeRoster(args, os.Stdin, stdout, stderr) },
	}
}

func makeRoster(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	verb, rest := "", []string(nil)
	if len(args) > 0 {
		verb, rest = args[0], args[1:]
	}
	var err error
	switch verb {
	case "hash":
		err = hashPIN(rest, stdin, stdout, stderr)
	case "card":
		err = hashBadges(rest, stdin, stdout)
	case "check":
		err = checkRoster(rest, stdout)
	case "help", "-h", "-help", "--help":
		err = flag.ErrHelp
	default:
		err = fmt.Errorf("staff %q: %w", verb, errAsked)
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, rosterUsage)
	case errors.Is(err, errAsked):
		fmt.Fprintf(stderr, "kiosk: %v\n%s", err, rosterUsage)
		return 2
	case err != nil:
		fmt.Fprintf(stderr, "kiosk: %v\n", err)
		return 1
	}
	return 0
}

func hashPIN(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		return fmt.Errorf("staff hash: %w: a PIN is read from the input, so that it is in nobody's list of commands", errAsked)
	}
	pin, err := secretLine(stdin, stderr)
	if err != nil {
		return fmt.Errorf("read PIN: %w", err)
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	hash, err := staff.HashPIN(pin, salt)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, hash)
	return err
}

// secretLine reads one line; a terminal does not show it.
func secretLine(stdin io.Reader, stderr io.Writer) (line string, err error) {
	if file, ok := stdin.(*os.File); ok {
		fd := int(file.Fd())
		if shown, notATerminal := unix.IoctlGetTermios(fd, unix.TCGETS); notATerminal == nil {
			hidden := *shown
			hidden.Lflag &^= unix.ECHO
			if err := unix.IoctlSetTermios(fd, unix.TCSETS, &hidden); err != nil {
				return "", err
			}
			defer func() { err = cmp.Or(err, unix.IoctlSetTermios(fd, unix.TCSETS, shown)) }()
			fmt.Fprint(stderr, "PIN: ")
			defer fmt.Fprintln(stderr)
		}
	}
	line, err = bufio.NewReader(io.LimitReader(stdin, 1024)).ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimSpace(line), err
}

func hashBadges(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("staff card", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("key", "", "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("staff card: %w: %v", errAsked, err)
	}
	if *file == "" || flags.NArg() > 0 {
		return fmt.Errorf("staff card: %w: expected --key FILE", errAsked)
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		return fmt.Errorf("read the station's key: %w", err)
	}
	key, err := staff.ParseKey(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	lines := bufio.NewScanner(stdin)
	for n := 1; lines.Scan(); n++ {
		number := strings.TrimSpace(lines.Text())
		switch {
		case number == "":
		case len(number) > staff.MaxCard || strings.ContainsAny(number, " \t"):
			return fmt.Errorf("line %d: expected a badge's number as its reader types it", n)
		default:
			if _, err := fmt.Fprintln(stdout, key.Card(number)); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

func checkRoster(args []string, stdout io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("staff check: %w: expected FILE", errAsked)
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return fmt.Errorf("check roster: %w", err)
	}
	roster, err := staff.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	_, err = fmt.Fprintf(stdout, "%d people, nothing wrong\n", len(roster.People()))
	return err
}
