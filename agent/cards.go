package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"stationkeeper/agent/access"
	"stationkeeper/internal/lifecycle"
)

const cardsUsage = `Usage: agent cards --key FILE < NUMBERS

Hashes the numbers of cards for an access document, with the station's key (access.key_file). Each line of the input is a
card's number as its reader spells it and, if it has one, its PIN after a blank; each line of the output is a member of
"cards". Nothing is stored.

  --key FILE  the station's key; make one with: openssl rand -hex 32
`

// hashing is the command that hashes cards.
func hashing() lifecycle.Aside {
	return lifecycle.Aside{
		Name: "cards", Help: "hash the numbers of cards for an access document",
		Do: func(args []string, stdout, stderr io.Writer) int {
			err := hashCards(args, os.Stdin, stdout)
			switch {
			case errors.Is(err, flag.ErrHelp):
				fmt.Fprint(stdout, cardsUsage)
				return 0
			case errors.Is(err, errUsage):
				fmt.Fprintf(stderr, "agent cards: %v\n%s", err, cardsUsage)
				return 2
			case err != nil:
				fmt.Fprintf(stderr, "agent cards: %v\n", err)
				return 1
			}
			return 0
		},
	}
}

func hashCards(args []string, numbers io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("cards", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("key", "", "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %v", errUsage, err)
	}
	if *file == "" || flags.NArg() > 0 {
		return fmt.Errorf("%w: expected --key FILE", errUsage)
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	key, err := access.ParseKey(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	lines := bufio.NewScanner(numbers)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		switch len(words) {
		case 0:
		case 1:
			fmt.Fprintf(stdout, "{\"hash\":%q}\n", key.Card(words[0]))
		case 2:
			card := key.Card(words[0])
			fmt.Fprintf(stdout, "{\"hash\":%q,\"pin\":%q}\n", card, key.PIN(card, words[1]))
		default:
			return fmt.Errorf("line %d: expected a card's number and perhaps its PIN, got %d words", n, len(words))
		}
	}
	return lines.Err()
}
