// Package climate polls thermometers and hygrometers: anything that is a periph physic.SenseEnv.
//
// The package owns the ticker and calls Sense: SenseContinuous of several of periph's drivers hangs when it is halted
// without a reader. One bad answer on a bus is electricity; several in a row are a fault, which is reported with its
// reason while the sensor is tried again at growing intervals until it answers.
//
// Sensors (Models lists them, with what each measures and between which limits):
//   - TMP102 on I²C (Texas Instruments SBOS397), -40 °C to 125 °C;
//   - TMP105, TMP75, TMP175 (SBOS351, SBOS288) and LM75 (SNIS153) on I²C;
//   - MCP9808 on I²C (Microchip DS25095), -40 °C to 125 °C;
//   - BME280 on I²C (Bosch BST-BME280-DS002), -40 °C to 85 °C, humidity, pressure;
//   - AHT20 on I²C (Aosong, AHT20 product manual), -40 °C to 85 °C, humidity;
//   - HDC3020 to HDC3022 on I²C (Texas Instruments SNAS778), -40 °C to 125 °C, humidity;
//   - DS18B20 on 1-Wire (Maxim 19-7487), -55 °C to 125 °C, through periph's 1-Wire buses, which on Linux are the
//     kernel's w1 masters (w1-gpio, DS2482) reached over netlink: needs root, and sensors with their own supply;
//   - the same read by the kernel's driver w1_therm, from sysfs: needs no rights and powers parasitic sensors;
//   - the board's own thermal zones, from sysfs.
package climate
