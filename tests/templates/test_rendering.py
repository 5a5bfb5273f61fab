"""The templates of Batch-Manager: each file as it would have written it, byte for byte, but for what it got wrong."""

from pathlib import Path

import pytest

from tui_batch.errors import TemplateError
from tui_batch.store import templates
from tui_batch.store.filling import sample
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan

HERE = Path(__file__).parent
FILES = {"netmc": "netmc.inpt", "netmc-pores": "netmc.inpt", "triangle-raft": "mx2.inpt"}


def rendered(name, axes="", fixed=""):
    """The name and the input file of the one job, or the first, of a sweep."""
    pairs = [[word.split("=", 1) for word in said.split()] for said in (axes, f"executable=target:/opt/x {fixed}")]
    sweep = plan(templates.load(name, []), *pairs, [], "", "", FileSources())
    job, files = sample(sweep, 0, "b")
    assert sorted(files) == sorted(["command", FILES[name]])
    return job, files[FILES[name]]


def expected(name):
    return (HERE / f"{name}.inpt").read_bytes().decode()


@pytest.mark.parametrize(("name", "lines"), [("netmc", 60), ("netmc-pores", 81), ("triangle-raft", 32)])
def test_with_all_defaults(name, lines):
    job, text = rendered(name)
    assert job == name
    assert text == expected(f"{name.replace('-', '_')}.default")
    assert text.count("\n") == lines
    assert "\t" not in text


def test_netmc_with_other_values():
    job, text = rendered(
        "netmc", "number_of_rings=36 start_temperature_10_x=-2.5 lattice=alt_square maintain_convexity=no",
        "initial_thermalisation_steps=123456789 tolerance=2.5e-5",
    )  # fmt: skip
    assert job == "Number_of_Rings_36__Start_Temperature_10powx_-2.5__Lattice_alt_square__Maintain_Convexity_0"
    assert text == expected("netmc.varied")


def test_triangle_raft_with_other_values():
    job, text = rendered(
        "triangle-raft", "seed_size=6 m_x_r0=1.25 temperature=1e-5",
        "m_x_force_constant=1000000.5 upper_ring_size_limit=12 geometry_code=2DS "
        "global_optimisation_before_simulation=1 global_optimisation_after_simulation=0",
    )  # fmt: skip
    assert job == "Seed_Size_6__M-X_r0_1.25__Temperature_1e-05"
    assert text == expected("triangle_raft.varied")


def test_netmc_pores_with_other_values():
    job, text = rendered(
        "netmc-pores", "selected_routine=1 spiral=true", "random_or_weighted_mc=random temperature_increment_10_x=0.25"
    )
    assert job == "Selected_Routine_1__Spiral_1"
    assert text == expected("netmc_pores.varied")


def test_small_numbers_are_not_rounded_away():
    assert "\n1e-06           Tolerance\n" in rendered("netmc")[1]
    assert "\n1e-07           Convergence Test\n" in rendered("triangle-raft")[1]
    assert "\n1.23456789e-09          Tolerance\n" in rendered("netmc", fixed="tolerance=1.23456789e-9")[1]


def test_names_do_not_collide_where_batch_manager_s_did():
    sweep = plan(templates.load("triangle-raft", []), [("temperature", "1e-4, 2e-4, 3e-4, 2.0e-4")],
                 [("executable", "target:mx2.x")], [], "", "", FileSources())  # fmt: skip
    names = [sample(sweep, index, "b")[0] for index in range(3)]
    assert names == ["Temperature_0.0001", "Temperature_0.0002", "Temperature_0.0003"]


def test_a_name_holds_no_letter_that_makes_a_folder():
    assert rendered("triangle-raft", "full_bond_length_angle_distributions=1")[0] == (
        "Full_Bond_Length___Angle_Distributions_1"
    )


def test_the_placeholder_of_the_lattice_takes_its_fraction():
    assert "\nmix_0.25                Lattice\n" in rendered("netmc", fixed="lattice=mix_X mix_fraction=0.25")[1]


@pytest.mark.parametrize(
    ("name", "fixed", "rule"),
    [
        ("netmc", "min_ring_size=21", "min_ring_size <= max_ring_size"),
        ("netmc-pores", "selected_routine=5", "selected_routine != 5 or bn"),
        ("triangle-raft", "upper_ring_size_limit=3", "lower_ring_size_limit <= upper_ring_size_limit"),
    ],
)
def test_what_the_program_could_not_run_is_refused(name, fixed, rule):
    with pytest.raises(TemplateError, match=rf"^{name}: {rule} must hold, and does not for the job {name}\.$"):
        rendered(name, fixed=fixed)


KEYS = {
    "netmc": "number_of_rings min_ring_size max_ring_size min_node_coordination max_node_coordination lattice "
    "starting_crystal run_type move_type random_seed start_temperature_10_x end_temperature_10_x "
    "temperature_increment_10_x thermalisation_temperature_10_x steps_per_temperature initial_thermalisation_steps "
    "harmonic_bond_force_constant harmonic_angle_force_constant harmonic_geometry_constraint maintain_convexity "
    "monte_carlo_local_max_interactions global_minimisation_max_interactions tau_backtracking_parameter tolerance "
    "local_region_size analysis_write_frequency write_sampling_structures structure_write_frequency",
    "triangle-raft": "seed_size number_of_rings lower_ring_size_limit upper_ring_size_limit geometry_code random_seed "
    "temperature m_x_force_constant m_x_r0 x_x_force_constant x_x_r0 m_m_force_constant m_m_r0 l_j_force_constant "
    "l_j_r0 constr_force_constant constr_r0 global_optimisation_before_simulation global_optimisation_after_simulation "
    "maximum_interactions tau_backtracking_line_search_coefficient convergence_test size_of_local_region "
    "full_bond_length_angle_distributions ring_areas convert_to_bilayer cluster_and_percolation_analysis_2ds",
}
HIDDEN = (
    "randomisation_steps p_lower_limit p_upper_limit p_increment r_lower_limit r_upper_limit r_increment "
    "steps_for_initial_search steps_per_search effective_temperature p_constant r_constant"
)
OURS = {"executable", "seeds", "mix_fraction", "input_folder"}


@pytest.mark.parametrize("name", KEYS)
def test_every_variable_has_the_key_of_its_label(name):
    variables = templates.load(name, []).variables
    assert [one.key for one in variables if not one.hidden and one.key not in OURS] == KEYS[name].split()
    hidden = [one.key for one in variables if one.hidden]
    assert hidden == (HIDDEN.split() if name == "netmc" else [])


@pytest.mark.parametrize(
    ("name", "key", "wrong"),
    [
        ("netmc", "number_of_rings", "3"), ("netmc", "min_ring_size", "2"), ("netmc", "random_seed", "-1"),
        ("netmc", "start_temperature_10_x", "101"), ("netmc", "lattice", "penrose"), ("netmc", "tolerance", "-1e-6"),
        ("netmc", "analysis_write_frequency", "0"), ("netmc", "maintain_convexity", "2"),
        ("netmc-pores", "selected_routine", "6"), ("netmc-pores", "random_or_weighted_mc", "both"),
        ("triangle-raft", "seed_size", "2"), ("triangle-raft", "x_x_r0", "-1"),
        ("triangle-raft", "geometry_code", "1D"),
    ],
)  # fmt: skip
def test_limits(name, key, wrong):
    with pytest.raises(ValueError, match=r"below|above|not one of|neither"):
        templates.load(name, []).variable(key).convert(wrong)
