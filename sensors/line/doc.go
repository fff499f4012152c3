// Package line is the GPIO lines of the Linux kernel, as its character devices /dev/gpiochipN offer them (uAPI v2, Linux
// 5.10 and later): found by name, requested as an input with its edges or as an output with its first value.
//
// Chips are looked at afresh each time a line is wanted: one that appears later, as an expander on USB does, is found,
// and one that went and came back is too. Errors say, for whoever installs it, why a line is not to be had: no chip, no
// permission, no such name, used by somebody else.
//
// A line's name is what the kernel calls it (GPIO17; gpioinfo lists them), or its chip and its name or number there
// (gpiochip2/5, pinctrl-bcm2711/GPIO17). A chip's label, such as pinctrl-bcm2711, is better than its name, which depends
// on the order in which drivers load.
//
// Inputs are requested through the kernel's structures (package uapi of go-gpiocdev) and read through Go's own poller:
// go-gpiocdev v0.9.1 does not pass the size of the event buffer on, keeps a thread for each line, and turns in a circle
// at full speed when a chip is unplugged.
package line
