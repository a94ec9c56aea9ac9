/**
 * Format {@code hqq}: the safetensors layout of HQQ's reference program. Imports {@code
 * dev.pbq.export}.
 */
package dev.pbq.export.hqq;
