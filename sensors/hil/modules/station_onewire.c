// SPDX-License-Identifier: GPL-2.0
/*
 * A 1-Wire bus with one DS18B20 on it, down to the single bit: the kernel's own bus master searches and reads it. Numbers
 * of pages are those of the datasheet 19-7487 Rev 6.
 *
 *	/sys/module/station_onewire/parameters/millidegrees	what it measures, in thousandths of 1 °C
 *	/sys/module/station_onewire/parameters/unplugged	1: nothing answers
 *	/sys/module/station_onewire/parameters/disturbed	1: its check sums are wrong
 */
#include <linux/module.h>
#include <linux/w1.h>

static int millidegrees = 21500;
module_param(millidegrees, int, 0600);
static bool unplugged;
module_param(unplugged, bool, 0600);
static bool disturbed;
module_param(disturbed, bool, 0600);

/* Commands, pages 10 to 12. */
enum {
	SEARCH_ROM = 0xf0,
	READ_ROM = 0x33,
	MATCH_ROM = 0x55,
	SKIP_ROM = 0xcc,
	CONVERT = 0x44,
	READ_SCRATCHPAD = 0xbe,
	WRITE_SCRATCHPAD = 0x4e,
};

/* Family 0x28, a serial number, and the check sum that start() adds. */
static u8 rom[8] = { 0x28, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06 };
/* Temperature (85 °C after power-up), alarm limits, 12 bits, reserved, check sum: page 8. */
static u8 scratchpad[9] = { 0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10 };

static enum { IDLE, ROM_COMMAND, SEARCHING, MATCHING, COMMAND, SENDING, RECEIVING } state;
static unsigned int bit;	/* how many of the current transmission are done */
static unsigned int turn;	/* within one bit of a search: the bit, its complement, the master's choice */
static u8 command;
static const u8 *sent;
static unsigned int sent_bits;

static bool bit_of(const u8 *bytes, unsigned int n)
{
	return bytes[n / 8] >> (n % 8) & 1;
}

static void enter(int next)
{
	state = next;
	bit = 0;
	turn = 0;
	command = 0;
}

static void send(const u8 *bytes, unsigned int length)
{
	enter(SENDING);
	sent = bytes;
	sent_bits = 8 * length;
}

static void seal(void)
{
	scratchpad[8] = w1_calc_crc8(scratchpad, 8) ^ (disturbed ? 0xff : 0);
}

/* Sixteenths of 1 °C in two's complement, page 5. */
static void convert(void)
{
	int sixteenths = millidegrees * 16 / 1000;

	scratchpad[0] = sixteenths;
	scratchpad[1] = sixteenths >> 8;
	enter(IDLE);
}

static void obey_rom(u8 c)
{
	switch (c) {
	case SEARCH_ROM:
		enter(SEARCHING);
		break;
	case MATCH_ROM:
		enter(MATCHING);
		break;
	case SKIP_ROM:
		enter(COMMAND);
		break;
	case READ_ROM:
		send(rom, sizeof(rom));
		break;
	default:
		enter(IDLE);
	}
}

static void obey(u8 c)
{
	switch (c) {
	case CONVERT:
		convert();
		break;
	case READ_SCRATCHPAD:
		seal();
		send(scratchpad, sizeof(scratchpad));
		break;
	case WRITE_SCRATCHPAD:
		enter(RECEIVING);
		break;
	default:
		/* Nothing else says anything: a bus left high means done, and supplied from outside. */
		enter(IDLE);
	}
}

static void receive_command(u8 master)
{
	command |= (master & 1) << bit;
	if (++bit < 8)
		return;
	if (state == ROM_COMMAND)
		obey_rom(command);
	else
		obey(command);
}

static u8 search(u8 master)
{
	bool own = bit_of(rom, bit);

	switch (turn) {
	case 0:
		turn = 1;
		return master & own;
	case 1:
		turn = 2;
		return master & !own;
	}
	turn = 0;
	if ((master & 1) != own || ++bit == 64)
		enter(IDLE);
	return master;
}

static void match(u8 master)
{
	if ((master & 1) != bit_of(rom, bit))
		enter(IDLE);
	else if (++bit == 64)
		enter(COMMAND);
}

/* Alarm limits and configuration, three bytes from the second on. */
static void receive(u8 master)
{
	u8 *byte = &scratchpad[2 + bit / 8];

	*byte = (*byte & ~(1 << bit % 8)) | (master & 1) << bit % 8;
	if (++bit == 24)
		enter(IDLE);
}

/* One slot: what is on the bus is what the master puts there, unless the sensor pulls it low. */
static u8 touch(void *data, u8 master)
{
	if (unplugged)
		return master;
	switch (state) {
	case ROM_COMMAND:
	case COMMAND:
		receive_command(master);
		break;
	case SEARCHING:
		return search(master);
	case MATCHING:
		match(master);
		break;
	case SENDING:
		if (bit < sent_bits)
			return master & bit_of(sent, bit++);
		break;
	case RECEIVING:
		receive(master);
		break;
	case IDLE:
		break;
	}
	return master;
}

/* 0 says that somebody is there. */
static u8 reset(void *data)
{
	enter(unplugged ? IDLE : ROM_COMMAND);
	return unplugged;
}

static struct w1_bus_master bus = { .touch_bit = touch, .reset_bus = reset };

static int __init start(void)
{
	rom[7] = w1_calc_crc8(rom, 7);
	return w1_add_master_device(&bus);
}

static void __exit stop(void)
{
	w1_remove_master_device(&bus);
}

module_init(start);
module_exit(stop);
MODULE_DESCRIPTION("1-Wire bus with a DS18B20");
MODULE_LICENSE("GPL");
