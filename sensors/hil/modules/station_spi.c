// SPDX-License-Identifier: GPL-2.0
/*
 * An SPI bus with an MFRC522 on it, and a card of ISO 14443 A at that reader. Numbers of chapters are those of the
 * datasheet "MFRC522" revision 3.9, and of ISO 14443-3.
 *
 *	/sys/module/station_spi/parameters/card		the card's UID, 8 or 14 hexadecimal digits; "none" takes it away
 *	/sys/module/station_spi/parameters/unplugged	1: nothing answers, the line stays low
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>

/* Registers, 9.2. */
enum {
	COMMAND = 0x01,
	COM_IRQ = 0x04,
	DIV_IRQ = 0x05,
	ERROR = 0x06,
	FIFO_DATA = 0x09,
	FIFO_LEVEL = 0x0a,
	CONTROL = 0x0c,
	BIT_FRAMING = 0x0d,
	COLLISION = 0x0e,
	TX_CONTROL = 0x14,
	CRC_HIGH = 0x21,
	CRC_LOW = 0x22,
	VERSION = 0x37,
	REGISTERS = 0x40,
};

/* Commands, 10.3, and bits of the registers. */
enum { IDLE = 0x0, CALCULATE_CRC = 0x3, TRANSCEIVE = 0xc, SOFT_RESET = 0xf };
enum { SET_BITS = 0x80, TIMER_IRQ = 0x01, IDLE_IRQ = 0x10, RX_IRQ = 0x20, TX_IRQ = 0x40, CRC_IRQ = 0x04 };
enum { START_SEND = 0x80, FLUSH = 0x80, ANTENNA = 0x03 };

/* Commands to cards, 6.4 of ISO 14443-3. */
enum { REQUEST = 0x26, WAKE_UP = 0x52, HALT = 0x50, LEVEL_1 = 0x93, LEVEL_2 = 0x95, CASCADE = 0x88 };

static u8 reg[REGISTERS];
static u8 fifo[64];
static unsigned int filled, taken;
static DEFINE_MUTEX(wires);

static u8 uid[7];
static unsigned int uid_length;	/* 0: no card */
static enum { POWERED, READY, ACTIVE, HALTED } card_state;
static bool unplugged;
module_param(unplugged, bool, 0600);

static int set_card(const char *text, const struct kernel_param *param)
{
	u8 read[7];
	unsigned int digits = strcspn(text, "\n");
	int err = 0;

	if (digits == 4 && !strncmp(text, "none", 4))
		digits = 0;
	else if (digits != 8 && digits != 14)
		return -EINVAL;
	if (hex2bin(read, text, digits / 2))
		return -EINVAL;
	mutex_lock(&wires);
	uid_length = digits / 2;
	memcpy(uid, read, uid_length);
	card_state = POWERED;
	mutex_unlock(&wires);
	return err;
}

static const struct kernel_param_ops card_ops = { .set = set_card };
module_param_cb(card, &card_ops, NULL, 0200);

/* CRC_A, annex B of ISO 14443-3. */
static u16 checksum(const u8 *bytes, unsigned int length)
{
	u16 sum = 0x6363;

	while (length--) {
		u8 b = *bytes++ ^ (u8)sum;

		b ^= b << 4;
		sum = (sum >> 8) ^ (b << 8) ^ (b << 3) ^ (b >> 4);
	}
	return sum;
}

static void answer(const u8 *bytes, unsigned int length)
{
	memcpy(fifo, bytes, length);
	filled = length;
	taken = 0;
}

static void answer_sealed(u8 byte)
{
	u8 out[3] = { byte };
	u16 sum = checksum(out, 1);

	out[1] = sum;
	out[2] = sum >> 8;
	answer(out, sizeof(out));
}

/* The four bytes of the UID and their check that one cascade level has: a long UID is sent in two. */
static void part_of_uid(bool second, u8 *part)
{
	if (second) {
		memcpy(part, uid + 3, 4);
	} else if (uid_length == 7) {
		part[0] = CASCADE;
		memcpy(part + 1, uid, 3);
	} else {
		memcpy(part, uid, 4);
	}
	part[4] = part[0] ^ part[1] ^ part[2] ^ part[3];
}

static bool whole(const u8 *frame, unsigned int length)
{
	u16 sum;

	if (length < 3)
		return false;
	sum = checksum(frame, length - 2);
	return frame[length - 2] == (u8)sum && frame[length - 1] == sum >> 8;
}

/* What the card does with a frame. It answers into the FIFO, or stays silent and returns false. */
static bool card_hears(const u8 *frame, unsigned int length)
{
	static const u8 one_part[] = { 0x04, 0x00 }, two_parts[] = { 0x44, 0x00 };
	bool second = length && frame[0] == LEVEL_2, last = second || uid_length == 4;
	u8 part[5];

	if (!uid_length || !length || !(reg[TX_CONTROL] & ANTENNA))
		return false;
	if (length == 1 && (frame[0] == WAKE_UP || (frame[0] == REQUEST && card_state != HALTED))) {
		card_state = READY;
		answer(uid_length == 7 ? two_parts : one_part, 2);
		return true;
	}
	if (frame[0] == HALT && whole(frame, length)) {
		card_state = HALTED;
		return false;
	}
	if (card_state != READY || length < 2 || (frame[0] != LEVEL_1 && !(second && uid_length == 7)))
		return false;
	part_of_uid(second, part);
	if (frame[1] == 0x20) {
		answer(part, sizeof(part));
		return true;
	}
	if (frame[1] != 0x70 || length != 9 || !whole(frame, length) || memcmp(frame + 2, part, sizeof(part)))
		return false;
	if (last)
		card_state = ACTIVE;
	answer_sealed(last ? 0x08 : 0x04);
	return true;
}

static void transceive(void)
{
	u8 frame[sizeof(fifo)];
	unsigned int length = filled - taken;

	memcpy(frame, fifo + taken, length);
	filled = 0;
	taken = 0;
	reg[ERROR] = 0;
	reg[CONTROL] &= ~0x07;
	reg[BIT_FRAMING] &= ~START_SEND;
	reg[COM_IRQ] |= TX_IRQ | (card_hears(frame, length) ? RX_IRQ | IDLE_IRQ : TIMER_IRQ);
}

static void calculate(void)
{
	u16 sum = checksum(fifo + taken, filled - taken);

	filled = 0;
	taken = 0;
	reg[CRC_LOW] = sum;
	reg[CRC_HIGH] = sum >> 8;
	reg[DIV_IRQ] |= CRC_IRQ;
}

static void restart(void)
{
	memset(reg, 0, sizeof(reg));
	reg[COMMAND] = 0x20;
	reg[VERSION] = 0x92;
	reg[COLLISION] = 0x80;
	filled = 0;
	taken = 0;
	if (card_state != HALTED)
		card_state = POWERED;
}

static void write_register(u8 at, u8 value)
{
	switch (at) {
	case COMMAND:
		reg[at] = value;
		if ((value & 0x0f) == SOFT_RESET)
			restart();
		else if ((value & 0x0f) == CALCULATE_CRC)
			calculate();
		break;
	case COM_IRQ:
	case DIV_IRQ:
		/* The top bit says whether the others are set or cleared. */
		reg[at] = value & SET_BITS ? reg[at] | (value & 0x7f) : reg[at] & ~value;
		break;
	case FIFO_DATA:
		if (filled < sizeof(fifo))
			fifo[filled++] = value;
		break;
	case FIFO_LEVEL:
		if (value & FLUSH) {
			filled = 0;
			taken = 0;
		}
		break;
	case BIT_FRAMING:
		reg[at] = value;
		if (value & START_SEND && (reg[COMMAND] & 0x0f) == TRANSCEIVE)
			transceive();
		break;
	case TX_CONTROL:
		/* Without a field a card forgets everything. */
		if (!(value & ANTENNA))
			card_state = POWERED;
		reg[at] = value;
		break;
	case VERSION:
		break;
	default:
		reg[at] = value;
	}
}

static u8 read_register(u8 at)
{
	switch (at) {
	case FIFO_DATA:
		return taken < filled ? fifo[taken++] : 0;
	case FIFO_LEVEL:
		return filled - taken;
	default:
		return reg[at];
	}
}

/*
 * One message, 8.1.2: an address byte, its top bit set to read, the register in the next six. Read, every further byte is
 * an address whose content comes with the byte after it; written, all further bytes go to the one register.
 */
static void exchange(struct spi_message *message)
{
	struct spi_transfer *t;
	unsigned int i, place = 0;
	u8 address = 0;

	list_for_each_entry(t, &message->transfers, transfer_list) {
		const u8 *out = t->tx_buf;
		u8 *in = t->rx_buf;

		for (i = 0; i < t->len; i++, place++) {
			u8 sent = out ? out[i] : 0, received = 0;

			if (!place) {
				address = sent;
			} else if (address & 0x80) {
				received = read_register(address >> 1 & 0x3f);
				address = sent;
			} else {
				write_register(address >> 1 & 0x3f, sent);
			}
			if (in)
				in[i] = unplugged ? 0 : received;
		}
		message->actual_length += t->len;
		/* The next transfer begins anew when the chip was let go of in between. */
		if (t->cs_change)
			place = 0;
	}
}

static int transfer(struct spi_controller *bus, struct spi_message *message)
{
	mutex_lock(&wires);
	exchange(message);
	mutex_unlock(&wires);
	message->status = 0;
	spi_finalize_current_message(bus);
	return 0;
}

static struct platform_device *board;
static struct spi_controller *bus;

/* The name is one of those for which the kernel offers the device to user space. */
static struct spi_board_info reader = { .modalias = "dh2228fv", .max_speed_hz = 10000000 };

static int __init start(void)
{
	int err;

	restart();
	board = platform_device_register_simple("station-spi", -1, NULL, 0);
	if (IS_ERR(board))
		return PTR_ERR(board);
	bus = spi_alloc_master(&board->dev, 0);
	if (!bus) {
		err = -ENOMEM;
		goto no_bus;
	}
	bus->bus_num = 0;
	bus->num_chipselect = 1;
	bus->mode_bits = SPI_CPOL | SPI_CPHA | SPI_NO_CS;
	bus->bits_per_word_mask = SPI_BPW_MASK(8);
	bus->transfer_one_message = transfer;
	err = spi_register_controller(bus);
	if (err) {
		spi_controller_put(bus);
		goto no_bus;
	}
	if (spi_new_device(bus, &reader))
		return 0;
	err = -ENODEV;
	spi_unregister_controller(bus);
no_bus:
	platform_device_unregister(board);
	return err;
}

static void __exit stop(void)
{
	spi_unregister_controller(bus);
	platform_device_unregister(board);
}

module_init(start);
module_exit(stop);
MODULE_DESCRIPTION("SPI bus with an MFRC522 and a card");
MODULE_LICENSE("GPL");
