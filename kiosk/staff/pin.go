package staff

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what one hash costs: memory in KiB, passes over it, and lanes.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

// usual is the cost of new hashes. The package comment says why.
var usual = cost{memory: 8 << 10, passes: 2, lanes: 1}

// Bounds of what a roster may cost the station: memory in KiB, and memory times passes, which is proportional to time.
const (
	maxMemory = 32 << 10
	maxWork   = 64 << 10
	maxLanes  = 4
)

// Sizes in bytes of salts and hashes. Those of new ones are what RFC 9106 recommends.
const (
	saltSize, minSalt, maxSalt = 16, 8, 64
	sumSize, minSum, maxSum    = 32, 16, 64
)

// PIN lengths in digits. Fewer are guessed in spite of the attempt limit.
const (
	minPIN = 4
	maxPIN = 12
)

// secret is a PIN as it is kept.
type secret struct {
	cost
	salt, sum []byte
}

// HashPIN is what a roster has as "pin", in the form $argon2id$v=19$m=…,t=…,p=…$salt$hash. A salt is 16 random bytes.
func HashPIN(pin string, salt []byte) (string, error) {
	if !digits(pin) || len(pin) < minPIN || len(pin) > maxPIN {
		return "", fmt.Errorf("hash PIN: expected %d to %d digits", minPIN, maxPIN)
	}
	if len(salt) != saltSize {
		return "", fmt.Errorf("hash PIN: a salt of %d bytes, expected %d", len(salt), saltSize)
	}
	return secret{cost: usual, salt: salt, sum: usual.sum(pin, salt, sumSize)}.String(), nil
}

func digits(text string) bool { return strings.Trim(text, "0123456789") == "" }

func (c cost) sum(pin string, salt []byte, size int) []byte {
	return argon2.IDKey([]byte(pin), salt, c.passes, c.memory, c.lanes, uint32(size))
}

// is reports whether this is the PIN. How long it takes depends on the cost only.
func (s secret) is(pin string) bool {
	return subtle.ConstantTimeCompare(s.cost.sum(pin, s.salt, len(s.sum)), s.sum) == 1
}

var encoding = base64.RawStdEncoding.Strict()

// String spells a secret as HashPIN says.
func (s secret) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, s.memory, s.passes, s.lanes,
		encoding.EncodeToString(s.salt), encoding.EncodeToString(s.sum))
}

// UnmarshalText reads what String spells. Its errors do not show the hash.
func (s *secret) UnmarshalText(text []byte) error {
	parts := bytes.Split(text, []byte("$"))
	if len(parts) != 6 || len(parts[0]) > 0 || string(parts[1]) != "argon2id" {
		return errors.New("expected a hash made with: kiosk staff hash")
	}
	read := secret{}
	if _, err := fmt.Sscanf(string(parts[3]), "m=%d,t=%d,p=%d", &read.memory, &read.passes, &read.lanes); err != nil {
		return errors.New("expected m=…,t=…,p=… in the hash, and made with: kiosk staff hash")
	}
	var errs [2]error
	read.salt, errs[0] = encoding.DecodeString(string(parts[4]))
	read.sum, errs[1] = encoding.DecodeString(string(parts[5]))
	switch {
	case errors.Join(errs[:]...) != nil || read.String() != string(text):
		return errors.New("expected a hash as argon2id version 19 spells it")
	case read.lanes < 1 || read.lanes > maxLanes || read.passes < 1 || read.memory < 8*uint32(read.lanes):
		return fmt.Errorf("m=%d,t=%d,p=%d: expected at least one pass, 1 to %d lanes and 8 KiB for each", read.memory, read.passes, read.lanes, maxLanes)
	case read.memory > maxMemory || uint64(read.memory)*uint64(read.passes) > maxWork:
		return fmt.Errorf("m=%d,t=%d: more than a station can spend on it: expected m up to %d, and m times t up to %d", read.memory, read.passes, maxMemory, maxWork)
	case len(read.salt) < minSalt || len(read.salt) > maxSalt || len(read.sum) < minSum || len(read.sum) > maxSum:
		return fmt.Errorf("a salt of %d and a hash of %d bytes: expected %d to %d and %d to %d", len(read.salt), len(read.sum), minSalt, maxSalt, minSum, maxSum)
	}
	*s = read
	return nil
}
