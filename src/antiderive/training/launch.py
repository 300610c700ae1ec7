"""Devices and processes of a run, through Lightning Fabric.

``torchrun`` and ``srun`` start the processes and describe them in the environment; otherwise a run is one
process.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from antiderive.errors import SettingError
from antiderive.models import DecoderLayer, Seq2Seq
from antiderive.training.config import OptimizationConfig

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch.distributed.device_mesh import DeviceMesh


def processes() -> tuple[int, int]:
    """Processes per node and number of nodes, as set by the launcher."""
    environment = os.environ
    if "LOCAL_WORLD_SIZE" in environment:  # torchrun
        each = int(environment["LOCAL_WORLD_SIZE"])
        return each, int(environment["WORLD_SIZE"]) // each
    # A shell of salloc has the variables too, but there nothing has been launched.
    if "SLURM_NTASKS" in environment and environment.get("SLURM_JOB_NAME") not in ("bash", "interactive"):
        nodes = int(environment.get("SLURM_NNODES", "1"))
        return int(environment["SLURM_NTASKS"]) // nodes, nodes
    return 1, 1


def launch(settings: OptimizationConfig) -> Fabric:
    """Join the other processes, if there are any.

    Raises:
        SettingError: if ``streams`` does not divide the number of processes, or the device is missing.
    """
    # Importing Fabric takes longer than importing torch, and loading a model does not need it.
    from lightning_fabric import Fabric
    from lightning_fabric.utilities.exceptions import MisconfigurationException

    each, nodes = processes()
    world = each * nodes
    if world % settings.streams:
        raise SettingError(f"training: streams = {settings.streams} does not divide the {world} processes")
    strategy: Any = "auto"
    if settings.strategy == "fsdp":
        strategy = _sharded(world)
    elif world > 1 or settings.strategy == "ddp":
        strategy = "ddp"
    try:
        fabric = Fabric(
            accelerator=settings.accelerator,
            strategy=strategy,
            devices=each,
            num_nodes=nodes,
            **_precision(settings),
        )
    except (MisconfigurationException, RuntimeError) as error:
        raise SettingError(f"training: accelerator {settings.accelerator}: {error}") from error
    fabric.launch()
    return fabric


def _precision(settings: OptimizationConfig) -> dict[str, Any]:
    """Fabric's precision argument; on a CPU it would replace fp16 by bf16, so fp16 gets its own plugin."""
    from lightning_fabric.plugins import MixedPrecision

    on_cpu = settings.accelerator == "cpu" or (
        settings.accelerator == "auto"
        and not torch.cuda.is_available()
        and not torch.backends.mps.is_available()
    )
    if settings.precision == "16-mixed" and on_cpu:
        return {"plugins": MixedPrecision("16-mixed", "cpu")}
    return {"precision": settings.precision}


def _sharded(world: int) -> Any:  # noqa: ANN401
    """Strategy for fully sharded data parallelism (FSDP2), which gathers each layer when it is used."""
    from lightning_fabric.strategies.model_parallel import ModelParallelStrategy

    # FSDP2 warns that views may be changed in place; keys and values are views, but nothing changes them.
    warnings.filterwarnings("ignore", message="FSDP2-wrapped module")
    return ModelParallelStrategy(shard, data_parallel_size=world, tensor_parallel_size=1)


def shard(model: nn.Module, mesh: DeviceMesh) -> nn.Module:
    """Shard a model's layers over the processes, in place."""
    from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method

    data = mesh["data_parallel"]
    for layer in model.modules():
        if layer in (*model.encoder, *model.decoder):  # type: ignore[misc]
            fully_shard(layer, mesh=data)
            if isinstance(layer, DecoderLayer):
                register_fsdp_forward_method(layer, "read")
    fully_shard(model, mesh=data)
    if isinstance(model, Seq2Seq):
        for method in ("encode", "start", "decode"):
            register_fsdp_forward_method(model, method)
    return model


def peak_flops(fabric: Fabric, settings: OptimizationConfig) -> float | None:
    """Peak of one device at this precision, in operations per second, if known."""
    if settings.peak_tflops:
        return settings.peak_tflops * 1e12
    if fabric.device.type != "cuda":
        return None
    from lightning_fabric.utilities.throughput import get_available_flops

    kinds = {"32-true": torch.float32, "bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    return get_available_flops(fabric.device, kinds[settings.precision])
