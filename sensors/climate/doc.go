// Package climate polls thermometers and hygrometers: anything that is a periph physic.SenseEnv.
//
// The package owns the ticker and calls Sense: SenseContinuous of several of periph's drivers hangs when it is halted
// without a reader. One bad answer on a bus is electricity; several in a row are a fault, which is reported with its
// reason while the sensor is tried again at growing intervals until it answers.
//
// Sensors:
//   - TMP102 on I²C (Texas Instruments SBOS397), -40 °C to 125 °C;
//   - DS18B20 on 1-Wire (Maxim 19-7487), -55 °C to 125 °C, through periph's 1-Wire buses, which on Linux are the
//     kernel's w1 masters (w1-gpio, DS2482) reached over netlink: needs root, and sensors with their own supply;
//   - the same read by the kernel's driver w1_therm, from sysfs: needs no rights and powers parasitic sensors.
package climate
