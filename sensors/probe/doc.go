// Package probe says what hardware, permissions and names a machine has, in the words of whoever installs it: GPIO lines
// and who holds them, I²C buses and the sensors on them, 1-Wire, SPI, serial ports, badge readers that type, thermal
// zones, watchdogs and the clock; what the agent's user may not open and what to do about it; and whether what the
// configuration names is there.
//
// Nothing is changed. Files below /proc, /sys and /etc are read, GPIO chips are opened to list their lines, and on I²C
// buses the addresses of sensors that the agent knows are asked who they are: their register is named and read, nothing
// is set. Watchdogs and serial ports are not opened, since that alone starts or resets some of them.
package probe
