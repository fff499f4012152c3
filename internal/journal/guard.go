package journal

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// errDamaged is wrapped by what is found wrong with a file's content.
var errDamaged = errors.New("damaged")

// guard calls do and makes an error of what bbolt says about a damaged file by panicking, and of the fault that
// reading a mapped page causes when the disk cannot deliver it or the file has been cut short.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return do()
}
