// SPDX-License-Identifier: GPL-2.0
/*
 * An I2C bus whose chips are arrays of registers, set from user space:
 *
 *	echo "0x48 word 0 0x1980" > /sys/module/station_i2c/parameters/set
 *	echo "0x76 byte 0xd0 0x60" > ...
 *	echo "0x48 remove" > ...
 *
 * "word" chips have 256 registers of 16 bits, sent high byte first (TMP102, MCP9808); "byte" chips have 256 of 8 bits: the
 * pointer moves on with each that is read, and what is written are pairs of a register and its value (BME280). What is
 * set appears; a chip that was removed acknowledges nothing, as one whose wire is off, and keeps its registers.
 */
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

#define CHIPS 0x80
#define REGISTERS 0x100

struct chip {
	bool present;
	bool words;
	u8 pointer;
	u8 at[2 * REGISTERS];
};

static struct chip chips[CHIPS];
static DEFINE_MUTEX(wires);

static int set_register(unsigned int address, const char *kind, unsigned int reg, unsigned int value)
{
	struct chip *c = &chips[address];

	if (reg >= REGISTERS)
		return -EINVAL;
	if (!strcmp(kind, "word")) {
		c->words = true;
		c->at[2 * reg] = value >> 8;
		c->at[2 * reg + 1] = value;
	} else if (!strcmp(kind, "byte")) {
		c->words = false;
		c->at[reg] = value;
	} else {
		return -EINVAL;
	}
	c->present = true;
	return 0;
}

static int set(const char *command, const struct kernel_param *param)
{
	unsigned int address, reg, value;
	char kind[8];
	int fields, err = -EINVAL;

	fields = sscanf(command, "%i %7s %i %i", &address, kind, &reg, &value);
	if (fields < 2 || address >= CHIPS)
		return -EINVAL;
	mutex_lock(&wires);
	if (fields == 4) {
		err = set_register(address, kind, reg, value);
	} else if (!strcmp(kind, "remove")) {
		chips[address].present = false;
		err = 0;
	} else if (!strcmp(kind, "insert")) {
		chips[address].present = true;
		err = 0;
	}
	mutex_unlock(&wires);
	return err;
}

static const struct kernel_param_ops set_ops = { .set = set };
module_param_cb(set, &set_ops, NULL, 0200);
MODULE_PARM_DESC(set, "ADDRESS word|byte REGISTER VALUE, ADDRESS insert or ADDRESS remove");

static void read_chip(struct chip *c, struct i2c_msg *m)
{
	unsigned int i, from = c->words ? 2 * c->pointer : c->pointer;

	for (i = 0; i < m->len; i++)
		m->buf[i] = c->at[(from + i) % (c->words ? 2 * REGISTERS : REGISTERS)];
	if (!c->words)
		c->pointer += m->len;
}

static void write_chip(struct chip *c, struct i2c_msg *m)
{
	unsigned int i;

	if (!m->len)
		return;
	c->pointer = m->buf[0];
	for (i = 1; i < m->len; i++) {
		if (c->words)
			c->at[(2 * c->pointer + i - 1) % (2 * REGISTERS)] = m->buf[i];
		else if (i % 2)
			c->at[m->buf[i - 1]] = m->buf[i];
	}
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	int i;

	mutex_lock(&wires);
	for (i = 0; i < count; i++) {
		struct chip *c = &chips[messages[i].addr % CHIPS];

		if (!c->present)
			break;
		if (messages[i].flags & I2C_M_RD)
			read_chip(c, &messages[i]);
		else
			write_chip(c, &messages[i]);
	}
	mutex_unlock(&wires);
	return i == count ? count : -ENXIO;
}

static u32 functions(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functions,
};

static struct i2c_adapter bus = {
	.owner = THIS_MODULE,
	.name = "station simulated bus",
	.algo = &algorithm,
};

static int __init start(void)
{
	return i2c_add_adapter(&bus);
}

static void __exit stop(void)
{
	i2c_del_adapter(&bus);
}

module_init(start);
module_exit(stop);
MODULE_DESCRIPTION("I2C bus with chips set from user space");
MODULE_LICENSE("GPL");
